import { resvgWasm } from '#resvg-wasm';
import { received } from './internal/check.js';
import { interRegular, interSemiBold } from './internal/inter-font.js';
import { woffToSfnt } from './internal/woff.js';

/** Options of {@link svgToPng}. */
export interface SvgToPngOptions {
  /** Pixels in the PNG per pixel in the SVG, above 0, at most 16; default 2. */
  readonly scale?: number;
  /** A CSS colour behind the picture; default none (the pictures of this package bring their own). */
  readonly background?: string;
  /** More fonts (TTF or OTF bytes), for scripts that Inter lacks, such as Chinese or Arabic. */
  readonly fonts?: readonly Uint8Array[];
  /**
   * The bytes of `@resvg/resvg-wasm/index_bg.wasm`, for pages whose bundler does not carry the file
   * along. Only the first call uses it.
   */
  readonly wasm?: Uint8Array | ArrayBuffer;
}

/** What a failed rendering throws; `cause` is the renderer's own error. */
export class SvgRenderError extends Error {
  readonly code = 'SVG_RENDER_FAILED';
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'SvgRenderError';
  }
}

/**
 * A picture as PNG bytes, without a browser and without the fonts of the machine: text is set in
 * the Inter that ships with this package, so the pixels are the same everywhere.
 *
 * @param svg - A whole SVG document.
 * @param options - See {@link SvgToPngOptions}.
 * @returns The bytes of a PNG file, the SVG's size times `scale`; yours to keep.
 * @throws TypeError if `svg` is no string, `scale` no number or a font no bytes, RangeError for a
 *   scale outside (0, 16] or a font that is neither TTF nor OTF, SvgRenderError if the SVG cannot be parsed or the renderer cannot be loaded.
 * @example
 * ```ts
 * const png = await svgToPng('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>');
 * ```
 */
export async function svgToPng(svg: string, options: SvgToPngOptions = {}): Promise<Uint8Array> {
  const { scale = 2, background, fonts = [], wasm } = options;
  if (typeof svg !== 'string') {
    throw new TypeError(`svgToPng: svg must be a string; received ${received(svg)}.`);
  }
  if (typeof scale !== 'number') {
    throw new TypeError(`svgToPng: scale must be a number; received ${received(scale)}.`);
  }
  if (!(scale > 0 && scale <= 16)) {
    throw new RangeError(`svgToPng: scale must lie in (0, 16]; received ${scale}.`);
  }
  for (const font of fonts) checkFont(font);
  const Resvg = await loadResvg(wasm);
  try {
    // The renderer knows only SVG 1.1's name for "do not smooth", browsers only CSS's.
    const resvg = new Resvg(
      svg.replaceAll('image-rendering:pixelated', 'image-rendering:optimizeSpeed'),
      {
        fitTo: { mode: 'zoom', value: scale },
        font: {
          fontBuffers: [...ownFonts(), ...fonts],
          defaultFontFamily: 'Inter',
          sansSerifFamily: 'Inter',
          serifFamily: 'Inter',
          monospaceFamily: 'Inter',
        },
        ...(background === undefined ? {} : { background }),
      },
    );
    try {
      const image = resvg.render();
      try {
        return image.asPng();
      } finally {
        image.free();
      }
    } finally {
      resvg.free();
    }
  } catch (cause) {
    throw new SvgRenderError(
      `svgToPng: svg must be a well-formed SVG document with a size; the renderer says: ${String(cause)}.`,
      cause,
    );
  }
}

/** The renderer skips what it cannot read, and WOFF2 makes it trap: better say so at once. */
function checkFont(font: Uint8Array): void {
  if (!(font instanceof Uint8Array)) {
    throw new TypeError(`svgToPng: fonts must be Uint8Arrays; received ${received(font)}.`);
  }
  const tag = String.fromCharCode(...font.subarray(0, 4));
  if (!['\0\x01\0\0', 'OTTO', 'true', 'ttcf'].includes(tag)) {
    throw new RangeError(
      `svgToPng: fonts must be TTF or OTF files; received one that begins with ${JSON.stringify(tag)}.`,
    );
  }
}

type ResvgClass = typeof import('@resvg/resvg-wasm')['Resvg'];

// The module can be started only once in a process, hence the one piece of state of this package.
let loading: Promise<ResvgClass> | undefined;

function loadResvg(wasm: Uint8Array | ArrayBuffer | undefined): Promise<ResvgClass> {
  loading ??= startResvg(wasm).catch((cause: unknown) => {
    loading = undefined;
    throw new SvgRenderError(
      `svgToPng: the renderer could not be loaded (${String(cause)}). Pass its WebAssembly as options.wasm.`,
      cause,
    );
  });
  return loading;
}

async function startResvg(wasm: Uint8Array | ArrayBuffer | undefined): Promise<ResvgClass> {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  await initWasm((wasm ?? (await resvgWasm())) as Uint8Array<ArrayBuffer>);
  return Resvg;
}

let unpacked: readonly Uint8Array[] | undefined;

function ownFonts(): readonly Uint8Array[] {
  unpacked ??= [interRegular, interSemiBold].map((font) =>
    woffToSfnt(Uint8Array.from(atob(font), (character) => character.charCodeAt(0))),
  );
  return unpacked;
}
