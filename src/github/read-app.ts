/** Reads as the App itself: who it is on GitHub, what it asks for, and where its webhooks go. */
import { z } from "zod";
import type { Client } from "./client.ts";
import { statusOf } from "./failure.ts";
import { lacking } from "./grant.ts";

const App = z.looseObject({
  name: z.string(),
  slug: z.string(),
  html_url: z.string(),
  owner: z.looseObject({ login: z.string(), type: z.string() }),
  permissions: z.record(z.string(), z.string()),
  events: z.array(z.string()),
  installations_count: z.number(),
});
const Hook = z.looseObject({ url: z.string().nullish() });

export interface AppSeen {
  name: string;
  /** Where it is installed. */
  install: string;
  /** Where its owner changes it. */
  settings: string;
  /** What it does not ask for and should, as `checks: write`. */
  lacks: string[];
  events: string[];
  installations: number;
  /** Where its webhooks go; null: nowhere. */
  webhook: string | null;
}

/** "unknown": GitHub has no App with that id and key. `app`: a client that speaks as the App. */
export async function readApp(app: Client): Promise<AppSeen | "unknown"> {
  try {
    const seen = App.parse((await app.request("GET /app")).data);
    const hook = Hook.parse((await app.request("GET /app/hook/config")).data);
    return {
      name: seen.name,
      install: `${seen.html_url}/installations/new`,
      settings: settingsOf(seen),
      lacks: lacking(seen.permissions),
      events: seen.events,
      installations: seen.installations_count,
      webhook: hook.url || null,
    };
  } catch (error) {
    // 404: there is no such App any more. (https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app)
    if (statusOf(error) === 401 || statusOf(error) === 404) return "unknown";
    throw error;
  }
}

function settingsOf({ html_url, slug, owner }: z.infer<typeof App>): string {
  const { origin } = new URL(html_url);
  const account = owner.type === "Organization" ? `/organizations/${owner.login}` : "";
  return `${origin}${account}/settings/apps/${slug}`;
}
