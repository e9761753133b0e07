/** Runs shell text of the config (`setup`, `verify`) as GitHub runs a `bash` step, with a time limit and the end of its output. */
import { head, plainText, tail } from "../plain-text.ts";
import { aborted, scrubbedEnvironment, startGroup, type Patience, type Start } from "../process-group.ts";

export interface ShellResult {
  /** 124 when the time was up, as with `timeout`; 128 when a signal ended it. */
  exit: number;
  seconds: number;
  /** The end of what it printed, at most 8,000 characters. */
  tail: string;
}

export interface ShellOptions {
  cwd: string;
  home: string;
  /** Seconds. */
  limit: number;
  print: (text: string) => void;
  /** Ends the command as the time limit does. */
  signal: AbortSignal;
  patience?: Patience;
  /** How the shell is started; without a word, with nothing around it. */
  start?: Start;
}

const TAIL_CHARACTERS = 8000;
/** More is kept than is shown, for colours and controls go. */
const KEPT_CHARACTERS = 64_000;

export async function runShell(text: string, options: ShellOptions): Promise<ShellResult> {
  const started = performance.now();
  const args = ["--noprofile", "--norc", "-eo", "pipefail", "-c", text];
  const env = scrubbedEnvironment(options.home);
  const start = options.start ?? startGroup;
  const group = start({ file: "bash", args, cwd: options.cwd, env }, options.patience);
  let output = "";
  for (const stream of [group.child.stdout, group.child.stderr]) {
    const decoder = new TextDecoder();
    stream.on("data", (chunk: Buffer) => {
      const piece = decoder.decode(chunk, { stream: true });
      options.print(head(piece, KEPT_CHARACTERS));
      output = tail(output + piece, KEPT_CHARACTERS);
    });
  }
  // It reads nothing; should its end of the pipe be closed first, that is no error of this step.
  group.child.stdin.on("error", () => undefined);
  group.child.stdin.end();

  const stopping = new AbortController();
  const limit = setTimeout(() => stopping.abort(), options.limit * 1000);
  const ended = await Promise.race([group.exit, aborted(AbortSignal.any([stopping.signal, options.signal]))]);
  clearTimeout(limit);
  if (ended === "aborted") await group.stop();
  else await group.sweep();
  const exit = await group.exit;

  const timeUp = stopping.signal.aborted
    ? `\nGZA stopped it after ${options.limit} seconds, its time limit.`
    : "";
  const bound = exit.bound ? `\n${exit.bound}` : "";
  const failure = exit.failure === null ? "" : `bash cannot be started: ${exit.failure.message}`;
  return {
    exit: stopping.signal.aborted ? 124 : exit.failure === null ? (exit.code ?? 128) : 127,
    seconds: Math.round((performance.now() - started) / 1000),
    tail: tail(
      `${tail(plainText(output).trimEnd(), TAIL_CHARACTERS - 200)}${timeUp}${bound}${failure}`.trim(),
      TAIL_CHARACTERS,
    ),
  };
}
