export { type NodeLogsOptions, nodeLogs } from './node-logs.js';
