export { type BarChartData, type BarChartOptions, barChart, barChartSpec } from './bar-chart.js';
export {
  type ConfusionMatrixPlotOptions,
  confusionMatrixPlot,
  confusionMatrixSpec,
} from './confusion-matrix-plot.js';
export {
  type CurvePlotKind,
  calibrationPlot,
  curvePlotSpec,
  precisionRecallPlot,
  rocPlot,
  type UnitCurve,
  type UnitCurveOptions,
} from './curve-plots.js';
export { type FeatureMapsOptions, featureMaps, type LayerActivation } from './feature-maps.js';
export { type FilterGridOptions, type FilterLayer, filterGrid } from './filter-grid.js';
export { type HistogramOptions, histogram, histogramSpec } from './histogram.js';
export {
  type HtmlReport,
  htmlReport,
  type ReportBlock,
  type ReportFacts,
  type ReportSection,
} from './html-report.js';
export { type ImageGridOptions, imageGrid } from './image-grid.js';
export type { LabelledImages } from './internal/labelled-images.js';
export type { Colormap } from './internal/pixels.js';
export type { LayerNode } from './layer-node.js';
export { type LayeredViewOptions, layeredView } from './layered-view.js';
export {
  type LearningCurvesOptions,
  learningCurves,
  learningCurvesSpec,
  type TrainingHistory,
} from './learning-curves.js';
export { type ModelGraphOptions, modelGraph } from './model-graph.js';
export { type PredictionGridOptions, predictionGrid } from './prediction-grid.js';
export { type ChartSpec, specToSvg } from './spec-to-svg.js';
export { SvgRenderError, type SvgToPngOptions, svgToPng } from './svg-to-png.js';
