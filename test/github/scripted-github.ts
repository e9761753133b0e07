/** A GitHub that says what a test wrote down, request by request: for answers that a playground gives only by chance. */
import { Octokit } from "@octokit/rest";
import { connect, type Client } from "../../src/github/client.ts";

/** What is asked: a GraphQL operation's name, or method and path. `lost`: it is done, and the answer does not arrive. */
export type Line = [asked: string, answer: { data: unknown } | { refused: string; type?: string } | "lost"];

export interface ScriptedGitHub {
  client: Client;
  /** What was asked so far, in order. */
  asked: string[];
  /** Variables of the GraphQL requests, in order. */
  variables: unknown[];
  /** Bodies of the others, in order. */
  bodies: unknown[];
}

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export function scriptedGitHub(...lines: Line[]): ScriptedGitHub {
  const rest = [...lines];
  const asked: string[] = [];
  const variables: unknown[] = [];
  const bodies: unknown[] = [];

  async function fetch(url: string, init: RequestInit): Promise<Response> {
    const body = (typeof init.body === "string" ? JSON.parse(init.body) : {}) as {
      query?: string;
      variables?: unknown;
    };
    const what =
      /^(?:query|mutation) (\w+)/.exec(body.query ?? "")?.[1] ??
      `${init.method ?? "GET"} ${new URL(url).pathname}`;
    asked.push(what);
    if (body.query === undefined) bodies.push(body);
    else variables.push(body.variables);
    const [expected, answer] = rest.shift() ?? ["nothing", "lost"];
    if (expected !== what) throw new Error(`${what} was asked, ${expected} was expected`);
    if (answer === "lost") throw new TypeError("connection reset");
    return new Response(JSON.stringify(bodyOf(answer, body.query !== undefined)), {
      status: 200,
      headers: { "content-type": "application/json", date: "Fri, 02 Jan 2026 03:04:05 GMT" },
    });
  }

  const octokit = new Octokit({
    baseUrl: "https://ghe.example/api/v3",
    request: { fetch },
    log: SILENT,
  });
  return { client: connect(octokit), asked, variables, bodies };
}

function bodyOf(answer: Exclude<Line[1], "lost">, isGraphql: boolean): unknown {
  if ("data" in answer) return isGraphql ? { data: answer.data } : answer.data;
  return { data: null, errors: [{ type: answer.type ?? "UNPROCESSABLE", message: answer.refused }] };
}
