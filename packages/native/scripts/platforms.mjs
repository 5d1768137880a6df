// The platforms that a published @cnnkit/native has binaries for, and what zig calls each. glibc 2.17 is
// older than any that Node 20 runs on, and macOS 11 than what it supports.
export const ZIG_TARGETS = {
  'linux-x64': 'x86_64-linux-gnu.2.17',
  'linux-x64-musl': 'x86_64-linux-musl',
  'linux-arm64': 'aarch64-linux-gnu.2.17',
  'darwin-x64': 'x86_64-macos.11.0',
  'darwin-arm64': 'aarch64-macos.11.0',
  'win32-x64': 'x86_64-windows-gnu',
};
