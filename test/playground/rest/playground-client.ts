/** A playground with one repository and an Octokit that speaks to it in process. */
import { Octokit } from "@octokit/rest";
import type { Repository } from "../../../src/playground/model/world.ts";
import { startPlayground, type Playground } from "../../../src/playground/playground.ts";

export interface Client extends AsyncDisposable {
  playground: Playground;
  repository: Repository;
  octokit: Octokit;
  at: { owner: string; repo: string };
  /** What a call was refused with: the status and GitHub's words. */
  refusal: (call: Promise<unknown>) => Promise<string>;
}

export async function playgroundClient(
  files: Record<string, string> = { "README.md": "hello\n" },
): Promise<Client> {
  const playground = await startPlayground({ listen: false });
  const { token } = playground.createPerson({ login: "ada", name: "Ada" });
  const repository = await playground.createRepository({ owner: "ada", name: "engine", files });
  return {
    playground,
    repository,
    octokit: clientOf(playground, token),
    at: { owner: "ada", repo: "engine" },
    refusal: (call) =>
      call.then(
        () => "accepted",
        (error: unknown) => wordsOf(error),
      ),
    [Symbol.asyncDispose]: () => playground.stop(),
  };
}

export function clientOf(playground: Playground, token: string): Octokit {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const request = { fetch: playground.fetch };
  return new Octokit({ auth: token, baseUrl: `${playground.url}/api/v3`, request, log });
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error) || !("status" in error)) throw error;
  const { response } = error as {
    response?: { data: { message: string; errors?: (string | { message?: string })[] } };
  };
  const more = response?.data.errors
    ?.map((one) => (typeof one === "string" ? one : (one.message ?? "")))
    .join(", ");
  return `${String(error.status)} ${response?.data.message}${more ? `: ${more}` : ""}`;
}
