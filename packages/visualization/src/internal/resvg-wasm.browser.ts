/** The renderer's WebAssembly, by the address that the bundler gives the file. */
export async function resvgWasm(): Promise<Uint8Array> {
  const url = new URL('@resvg/resvg-wasm/index_bg.wasm', import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
