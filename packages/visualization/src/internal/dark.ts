import { categorical, theme } from './theme.js';

/** For each colour of the theme the one that takes its place on dark paper. */
const darkColors: ReadonlyMap<string, string> = new Map([
  [theme.paper, '#14181e'],
  [theme.ink, '#e8ecf1'],
  [theme.muted, '#9ba6b3'],
  [theme.grid, '#2a313a'],
  [theme.axis, '#4a5563'],
  [theme.neutral, '#596574'],
  [theme.blue, '#5b97f5'],
  [theme.red, '#f2727c'],
  [theme.green, '#35c2a9'],
  [categorical[1]!, '#f39a55'],
  [categorical[3]!, '#a68bf0'],
  [categorical[5]!, '#c09c5b'],
  [categorical[6]!, '#ea7fbf'],
  [categorical[7]!, '#7ba6c7'],
]);

/** CSS that turns the pictures of this package dark: rules beat the attributes that carry a colour. */
export function darkPictureRules(selector: string): string {
  const rules: string[] = [];
  for (const [light, dark] of darkColors) {
    rules.push(
      `${selector} [fill="${light}"]{fill:${dark}}`,
      `${selector} [stroke="${light}"]{stroke:${dark}}`,
    );
  }
  return rules.join('\n');
}
