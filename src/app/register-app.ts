/** What GitHub is told to make the App from, and what it hands out for the code that it comes back with. */
import { appendFile, chmod } from "node:fs/promises";
import { z } from "zod";

/** Probot listens there. */
export const WEBHOOK_PATH = "/api/github/webhooks";

const PATIENCE_MILLISECONDS = 20_000;

/** What GitHub hands out for a code, once (https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest). */
const MadeApp = z.looseObject({
  id: z.number(),
  name: z.string(),
  html_url: z.string(),
  pem: z.string(),
  webhook_secret: z.string(),
});
export type MadeApp = z.infer<typeof MadeApp>;

export type Webhook =
  /** `proxy`: the channel that the app has to listen to; null: GitHub reaches it. */
  { kind: "webhook"; url: string; proxy: string | null } | { kind: "refused"; why: string };

/** Where GitHub sends webhooks to, from what a person says about where the app is. `proxy`: the channel of the settings. */
export function webhookOf(
  address: string,
  { github, webhookProxy }: { github: string; webhookProxy: string | null },
): Webhook {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    return { kind: "refused", why: "Write a whole address, as https://gza.example.com." };
  if (address === webhookProxy || url.hostname === "smee.io") {
    if (url.pathname === "/" || url.pathname === "/new")
      return { kind: "refused", why: "Write the address of the channel, as https://smee.io/Ab3dEf." };
    return { kind: "webhook", url: url.href, proxy: url.href };
  }
  if (github === "https://github.com" && /^(?:localhost|127\..*|\[::1\])$|\.localhost$/.test(url.hostname)) {
    const why = `github.com cannot reach ${url.hostname}: write an address that the internet sees, or that of a channel at smee.io.`;
    return { kind: "refused", why };
  }
  url.pathname = `${url.pathname.replace(/\/$/, "").replace(WEBHOOK_PATH, "")}${WEBHOOK_PATH}`;
  return { kind: "webhook", url: `${url.origin}${url.pathname}`, proxy: null };
}

/** The App's keys, or why there are none. */
export async function fetchKeys(
  baseUrl: string,
  code: string,
): Promise<{ kind: "made"; app: MadeApp } | { kind: "refused"; why: string }> {
  const url = `${baseUrl}/app-manifests/${encodeURIComponent(code)}/conversions`;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { accept: "application/vnd.github+json" },
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    if (response.status === 201) return { kind: "made", app: MadeApp.parse(await response.json()) };
    return refused(`it answered ${response.status}`);
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? ` (${String(error.cause)})` : "";
    return refused(`${String(error)}${cause}`);
  }
}

function refused(why: string): { kind: "refused"; why: string } {
  return {
    kind: "refused",
    why: `GitHub made the App but did not hand out its keys: ${why}. Delete the App on its settings page and begin again; a code is good for one hour and once.`,
  };
}

/** Adds to what stands in the file; a later line counts more than an earlier one. Nobody but its owner may read it from then on. */
export async function writeDown(file: string, variables: { [name: string]: string | null }): Promise<void> {
  const lines = Object.entries(variables).flatMap(([name, value]) =>
    value === null ? [] : [`${name}="${value.replaceAll("\n", String.raw`\n`)}"\n`],
  );
  await appendFile(file, `\n${lines.join("")}`, { mode: 0o600 });
  await chmod(file, 0o600);
}
