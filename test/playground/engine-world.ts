/** The playground that most tests begin with: ada owns `ada/engine`, charles may write, mary may only read. */
import { onTestFinished } from "vitest";
import { Octokit } from "@octokit/rest";
import { startPlayground, type Playground, type PlaygroundOptions } from "../../src/playground/playground.ts";
import type { Repository } from "../../src/playground/model/world.ts";

export interface EngineWorld {
  playground: Playground;
  repository: Repository;
  ada: Octokit;
  charles: Octokit;
  mary: Octokit;
}

export const ENGINE = { owner: "ada", repo: "engine" };

/** Stopped by itself when the test is over. */
export async function engineWorld(options: PlaygroundOptions = { listen: false }): Promise<EngineWorld> {
  const playground = await startPlayground(options);
  onTestFinished(() => playground.stop());
  const [ada, charles, mary] = ["ada", "charles", "mary"].map((login) =>
    signIn(playground, playground.createPerson({ login }).token),
  );
  if (!ada || !charles || !mary) throw new Error("three people were asked for");
  const repository = await playground.createRepository({
    owner: "ada",
    name: "engine",
    files: { "README.md": "# Engine\n" },
  });
  playground.addCollaborator(repository, "charles", "write");
  return { playground, repository, ada, charles, mary };
}

/** Octokit in process, as whoever holds the token; without one, as nobody. */
export function signIn(playground: Playground, token?: string): Octokit {
  return new Octokit({
    baseUrl: `${playground.url}/api/v3`,
    request: { fetch: playground.fetch },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    ...(token === undefined ? {} : { auth: token }),
  });
}

/** What a request that must fail was answered. */
export async function refusal(
  request: Promise<unknown>,
): Promise<{ status: number; message: string; data: unknown }> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Error && "status" in error && "response" in error) {
      const { data } = error.response as { data: { message?: string } };
      return { status: Number(error.status), message: data?.message ?? "", data };
    }
    throw error;
  }
  throw new Error("the request was granted: it should have been refused");
}
