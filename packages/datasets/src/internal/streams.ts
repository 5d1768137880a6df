/** The chunks of a web stream; it is cancelled when the loop over it ends early. */
export async function* iterate(stream: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  // Safari has no asynchronous iterator on ReadableStream.
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // After an end or an error this does nothing; its own failure would hide the first one.
    await reader.cancel().catch(() => {});
  }
}

/** A web stream of the chunks, pulled one at a time. */
export function streamOf(
  chunks: AsyncIterable<Uint8Array>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

/** One buffer as chunks, small enough that progress and abort are noticed. */
export async function* chunksOf(
  bytes: Uint8Array,
  chunkBytes: number = 1 << 18,
): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}
