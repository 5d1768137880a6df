export { backendNames } from './candidates.js';
export { BackendError, type BackendErrorCode } from './errors.js';
export { type BackendReport, inspectBackends } from './inspect-backends.js';
export { type ChosenBackend, type UseBackendOptions, useBackend } from './use-backend.js';
