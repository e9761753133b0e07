/** Cuts a stream of bytes into lines while it arrives, whatever the chunks, and never keeps an endless one. */

export interface LineReader {
  /** Takes the next bytes; a chunk may end anywhere, even inside a character. */
  push(chunk: Uint8Array): void;
  /** Says that nothing comes any more: what stands without a line break is a line too. */
  end(): void;
}

/** Longer lines are let go (a tool's output can be large, but not that large). */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

/** `onLine` hears null for a line that was too long. */
export function readLines(onLine: (line: string | null) => void): LineReader {
  const decoder = new TextDecoder();
  let rest = "";
  let isTooLong = false;
  const finish = (): void => {
    onLine(isTooLong ? null : rest);
    rest = "";
    isTooLong = false;
  };
  const take = (text: string): void => {
    for (const [index, piece] of text.split("\n").entries()) {
      if (index > 0) finish();
      if (!isTooLong) rest += piece;
      if (rest.length > MAX_LINE_CHARACTERS) {
        isTooLong = true;
        rest = "";
      }
    }
  };
  return {
    push: (chunk) => take(decoder.decode(chunk, { stream: true })),
    end: () => {
      take(decoder.decode());
      if (rest !== "" || isTooLong) finish();
    },
  };
}
