import type { Config } from 'vega-lite';
import { categorical, theme } from './theme.js';

/** The theme as a Vega-Lite configuration. */
export const chartConfig: Config = {
  background: theme.paper,
  font: theme.fontFamily,
  padding: 0,
  view: { stroke: null },
  range: { category: [...categorical] },
  title: {
    anchor: 'start',
    frame: 'group',
    color: theme.ink,
    fontSize: theme.titleSize,
    fontWeight: 600,
    offset: 14,
    subtitleColor: theme.muted,
    subtitleFontSize: theme.labelSize,
    subtitlePadding: 5,
  },
  axis: {
    domainColor: theme.axis,
    gridColor: theme.grid,
    tickColor: theme.axis,
    tickSize: 4,
    labelColor: theme.muted,
    labelFontSize: theme.tickSize,
    labelPadding: 5,
    titleColor: theme.muted,
    titleFontSize: theme.labelSize,
    titleFontWeight: 400,
    titlePadding: 8,
  },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false },
  legend: {
    labelColor: theme.ink,
    labelFontSize: theme.labelSize,
    titleColor: theme.muted,
    titleFontSize: theme.labelSize,
    titleFontWeight: 400,
    labelLimit: 240,
    rowPadding: 6,
    columnPadding: 16,
  },
  line: { strokeWidth: 2, strokeCap: 'round', strokeJoin: 'round' },
  text: { color: theme.ink, fontSize: theme.labelSize },
};
