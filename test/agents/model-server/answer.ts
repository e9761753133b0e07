/** What a scripted model says or does with one request, whichever vendor's protocol it is then told in. */

export interface Usage {
  /** Tokens without the cached ones. */
  input: number;
  /** Read from the provider's cache. */
  cached?: number;
  output: number;
}

export interface ToolCall {
  /** The tool's name as the agent has offered it. */
  name: string;
  /** A text is sent as it is, for tools whose input is no JSON. */
  input: unknown;
}

export type Answer =
  /** The text comes before the calls. */
  | { text?: string; calls?: ToolCall[]; usage?: Usage }
  /** The model refuses. */
  | { refusal: string }
  /** The provider refuses or fails. */
  | { status: number; headers?: Record<string, string>; word?: string }
  /** The answer begins and no more of it ever comes. */
  | { stall: true }
  /** The answer begins and the connection breaks. */
  | { broken: true }
  /** The connection ends before there is an answer. */
  | { reset: true };

export const USAGE: Usage = { input: 100, cached: 20, output: 10 };

/** A block of server-sent events: `event` where the protocol names them. */
export function sse(data: unknown, event: string | null): string {
  return `${event === null ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}
