/**
 * Splits bytes into lines of the control protocol. Only a line feed ends one: JSON has all other separators, such as
 * U+2028, inside of its texts. What comes after the last line feed is no line.
 *
 * Ends early at a line of more than `bytesMax` bytes.
 */
export async function* controlLines(
  chunks: AsyncIterable<Uint8Array>,
  bytesMax = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<string> {
  const line: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      line.push(chunk.subarray(start, end));
      if (length + end - start > bytesMax) return;
      yield Buffer.concat(line).toString("utf8");
      line.length = 0;
      length = 0;
      start = end + 1;
    }
    line.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > bytesMax) return;
  }
}

const LINE_FEED = 0x0a;
