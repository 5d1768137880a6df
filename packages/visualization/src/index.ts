export { learningCurves, learningCurvesSpec } from './learning-curves.js';
export { specToSvg } from './spec-to-svg.js';
export { svgToPng } from './svg-to-png.js';
