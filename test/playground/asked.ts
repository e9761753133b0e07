/** Asks a playground over GraphQL as somebody, and gives what was answered, refusals too. */
import type { Octokit } from "@octokit/rest";
import type { Happening, World } from "../../src/playground/model/world.ts";
import type { Playground } from "../../src/playground/playground.ts";

export interface Asked {
  data: Record<string, unknown> | null;
  errors: { type?: string; message: string }[];
}

export async function asked(
  { url }: Playground,
  octokit: Octokit,
  { query, ...variables }: { query: string; [name: string]: unknown },
): Promise<Asked> {
  const answer = await octokit.request({ method: "POST", url: `${url}/api/graphql`, query, variables });
  const { data = null, errors = [] } = answer.data as Partial<Asked>;
  return { data, errors };
}

/** What happens from now on, as `<event>.<action>`, of these events. */
export function listening(world: World, ...events: string[]): { names: string[]; happenings: Happening[] } {
  const heard = { names: [] as string[], happenings: [] as Happening[] };
  world.listeners.push((happening) => {
    if (!events.includes(happening.name)) return;
    heard.happenings.push(happening);
    heard.names.push([happening.name, happening.action].filter((part) => part !== null).join("."));
  });
  return heard;
}
