import { categorical, theme } from './theme.js';

/** One colour for each kind of layer, the same in every picture of a model. */
export function layerColor(type: string): string {
  if (/input/i.test(type)) return theme.neutral;
  if (/conv/i.test(type)) return theme.blue;
  if (/pool|upsampling|padding|cropping/i.test(type)) return theme.red;
  if (/dense/i.test(type)) return theme.green;
  if (/dropout|noise/i.test(type)) return categorical[3]!;
  if (/flatten|reshape|permute|repeat/i.test(type)) return categorical[1]!;
  if (/normalization/i.test(type)) return categorical[6]!;
  if (/activation|relu|softmax|elu/i.test(type)) return categorical[5]!;
  return categorical[7]!;
}
