export { backendNames } from './candidates.js';
export { BackendError, type BackendErrorCode } from './errors.js';
export {
  type BackendReport,
  type InspectOptions,
  inspectBackends,
  type KernelReport,
  type Measured,
} from './inspect-backends.js';
export { type ChosenBackend, type UseBackendOptions, useBackend } from './use-backend.js';
