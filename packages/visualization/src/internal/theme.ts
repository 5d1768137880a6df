/**
 * The one look of every picture. Each colour is a different string, because a report turns a
 * picture dark by replacing these very strings (see dark.ts).
 */
export const theme = {
  paper: '#ffffff',
  ink: '#1b2430',
  muted: '#5c6773',
  grid: '#e7eaee',
  axis: '#b9c1ca',
  /** Bars that are neither predicted nor true. */
  neutral: '#a9b2bd',
  /** What is right, and validation. */
  blue: '#2468d6',
  /** What is wrong. */
  red: '#d63a46',
  /** Training. */
  green: '#12907c',
  /** Text on a strong cell. */
  onStrong: '#fefefe',
  fontFamily: "Inter, 'Helvetica Neue', Arial, sans-serif",
  titleSize: 15,
  headingSize: 12.5,
  labelSize: 11,
  tickSize: 10,
  margin: 20,
} as const;

/** Colours for things without an order, told apart with any colour vision; cycles after eight. */
export const categorical: readonly string[] = [
  theme.blue,
  '#e0731d',
  theme.green,
  '#7a58d1',
  theme.red,
  '#8b6a2f',
  '#cf4c9b',
  '#46708f',
];
