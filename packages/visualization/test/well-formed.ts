const voidElements = new Set(['meta', 'br', 'hr', 'img', 'link']);

/** Throws unless every tag of an XML or HTML text is closed in order and no bare `<` or `&` is left. */
export function checkWellFormed(markup: string): void {
  const open: string[] = [];
  const text = markup
    .replace(/^<!DOCTYPE html>/, '')
    .replace(/<style>[^<]*<\/style>/g, '')
    .replace(
      /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>/g,
      (_, end, name, attributes, self) => {
        const bare = String(attributes).replace(/&(?:amp|lt|gt|quot|#39|#x?\w+);/g, '');
        if (bare.includes('&')) throw new Error(`bare & in ${attributes}`);
        if (end) {
          const last = open.pop();
          if (last !== name) throw new Error(`</${name}> closes <${last}>`);
        } else if (!self && !voidElements.has(name)) open.push(name);
        return '';
      },
    )
    .replace(/&(?:amp|lt|gt|quot|#39|#x?\w+);/g, '');
  if (open.length > 0) throw new Error(`never closed: ${open.join(', ')}`);
  const bare = /[<&]/.exec(text);
  if (bare) throw new Error(`bare ${text.slice(bare.index, bare.index + 40)}`);
}
