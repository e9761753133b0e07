/** Says at the start who the App is on GitHub, and what about it will not work. */
import type { Logger } from "probot";
import type { Client } from "../github/client.ts";
import { readApp, type AppSeen } from "../github/read-app.ts";
import { EVENTS } from "./events.ts";
import { WEBHOOK_PATH } from "./register-app.ts";
import type { Settings } from "./settings.ts";

/** Why the app cannot work at all; null: it can, or GitHub cannot be asked just now. `app`: a client that speaks as the App. */
export async function introduce(
  app: Client,
  { settings, log }: { settings: Settings; log: Pick<Logger, "info" | "warn"> },
): Promise<string | null> {
  try {
    const seen = await readApp(app);
    if (seen === "unknown")
      return `${settings.baseUrl} knows no App with APP_ID ${settings.appId} and this PRIVATE_KEY: take both from the settings page of the same App, see that GHE_HOST names the server that it is on, and that this machine's clock is right.`;
    log.info(`GZA is the App "${seen.name}", installed by ${seen.installations} accounts.`);
    for (const problem of problemsOf(seen, settings)) log.warn(problem);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    log.warn(
      `${settings.baseUrl} did not say who this App is (${cause}); GZA starts all the same and goes on asking. If this stays so, see that GHE_HOST is right and that this machine reaches it.`,
    );
  }
  return null;
}

function problemsOf(seen: AppSeen, { webhookProxy }: Settings): string[] {
  const { install, settings, lacks, events, installations, webhook } = seen;
  const deaf = EVENTS.filter((event) => !events.includes(event));
  const problems: string[] = [];
  if (installations === 0) problems.push(`The App is installed nowhere: install it at ${install}`);
  if (lacks.length > 0)
    problems.push(`The App does not ask for ${lacks.join(", ")}: add that at ${settings}/permissions`);
  if (deaf.length > 0)
    problems.push(`The App does not hear of ${deaf.join(", ")}: add these events at ${settings}/permissions`);
  if (webhookProxy !== null && webhook !== webhookProxy)
    problems.push(
      `GitHub sends webhooks to ${webhook ?? "nowhere"}, and GZA listens at WEBHOOK_PROXY_URL: make them the same at ${settings}, or take that line out of .env.`,
    );
  else if (webhookProxy === null && !webhook?.endsWith(WEBHOOK_PATH))
    problems.push(
      `GitHub sends webhooks to ${webhook ?? "nowhere"}: write the address of this server, with ${WEBHOOK_PATH} at its end, at ${settings}. Until then GZA only sees what its sweep finds every few minutes.`,
    );
  return problems;
}
