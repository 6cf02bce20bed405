/** A stream whose `write` can be taken over. */
type Writable = { write: NodeJS.WriteStream["write"] };

/**
 * Takes over what others write to `stream` (a `console.log` in a task function), line by line, so that it neither tears
 * the live region nor mixes with data on standard output. Disposing gives the stream back and passes on an unfinished line.
 */
export function captureWrites(stream: Writable, onLine: (line: string) => void): Disposable {
  const original = stream.write;
  const decoder = new TextDecoder();
  let unfinished = "";
  const take = (text: string): void => {
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  };
  const write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    take(typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
    const written = rest.find((argument) => typeof argument === "function");
    if (written !== undefined) queueMicrotask(() => void Reflect.apply(written, undefined, []));
    return true;
  };
  stream.write = write;
  return {
    [Symbol.dispose]: () => {
      if (stream.write === write) stream.write = original;
      if (unfinished !== "") onLine(unfinished);
      unfinished = "";
    },
  };
}
