/** The app's settings, read once from the environment. */
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";

/** An empty variable, as container files write them, is none. */
const Text = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text.trim() === "" ? null : text));

const Environment = z.object({
  APP_ID: Text,
  PRIVATE_KEY: Text,
  PRIVATE_KEY_PATH: Text,
  WEBHOOK_SECRET: Text,
  PORT: Text,
  HOST: Text,
  GHE_HOST: Text,
  GHE_PROTOCOL: Text,
  GH_ORG: Text,
  LOG_LEVEL: Text,
  LOG_FORMAT: Text,
  WEBHOOK_PROXY_URL: Text,
  NODE_ENV: Text,
});
type Environment = z.infer<typeof Environment>;

const LogLevel = z.enum(["trace", "debug", "info", "warn", "error", "fatal"]);

export interface Settings {
  appId: number;
  /** PEM. */
  privateKey: string;
  webhookSecret: string;
  host: string;
  /** 0: a free one. */
  port: number;
  /** Root of the REST API. */
  baseUrl: string;
  logLevel: z.infer<typeof LogLevel>;
  logFormat: "pretty" | "json";
  /** A smee.io channel to take webhooks from; null: they come to this server. */
  webhookProxy: string | null;
  /** Minutes between two sweeps. */
  sweepMinutes: number;
}

/** What the setup needs, which makes the App. */
export interface SetupSettings extends Pick<Settings, "host" | "port" | "baseUrl" | "webhookProxy"> {
  /** Address of the GitHub's pages, without a slash at the end. */
  github: string;
  /** The account that is to own the App; null: that of the person. */
  organization: string | null;
}

export type SettingsReading =
  | { kind: "settings"; settings: Settings }
  /** There is no App yet: the setup makes one. */
  | { kind: "setup"; settings: SetupSettings }
  /** `why` names the variable, where it belongs and what to do next. */
  | { kind: "refused"; why: string };

const SHORTEST_SECRET = 16;

export function readSettings(variables: { [name: string]: string | undefined }): SettingsReading {
  const environment = Environment.parse(variables);
  const port = Number(environment.PORT ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return refused(
      `PORT is ${environment.PORT}: write a number from 0 to 65535 into .env or the environment.`,
    );
  }
  const host = environment.HOST ?? "127.0.0.1";
  const place = placeOf(environment);
  if (place === null)
    return refused(
      "GHE_HOST and GHE_PROTOCOL make no address: write the bare name of the server (ghe.example.com) into GHE_HOST, http or https into GHE_PROTOCOL.",
    );
  if (environment.APP_ID === null) {
    if (environment.NODE_ENV !== "production") {
      const { GH_ORG: organization, WEBHOOK_PROXY_URL: webhookProxy } = environment;
      return { kind: "setup", settings: { ...place, host, port, organization, webhookProxy } };
    }
    return refused(
      "APP_ID is missing: write the App's id (on its settings page) into .env or the environment.",
    );
  }
  const appId = Number(environment.APP_ID);
  if (!Number.isInteger(appId) || appId <= 0) {
    return refused(
      "APP_ID is no number: write the App's id (on its settings page) into .env or the environment.",
    );
  }
  return withSecrets(environment, { appId, port, host, baseUrl: place.baseUrl });
}

/** null: what is written there is no address. */
function placeOf({ GHE_HOST, GHE_PROTOCOL }: Environment): { github: string; baseUrl: string } | null {
  if (GHE_HOST === null) return { github: "https://github.com", baseUrl: "https://api.github.com" };
  const protocol = GHE_PROTOCOL ?? "https";
  const github = `${protocol}://${GHE_HOST}`;
  const isAddress = /^https?$/.test(protocol) && /^[^\s/?#@]+$/.test(GHE_HOST) && URL.canParse(github);
  if (!isAddress) return null;
  return { github, baseUrl: `${github}/api/v3` };
}

function withSecrets(
  environment: Environment,
  found: { appId: number; port: number; host: string; baseUrl: string },
): SettingsReading {
  const { WEBHOOK_SECRET: webhookSecret } = environment;
  if (webhookSecret === null) {
    return refused(
      "WEBHOOK_SECRET is missing: write the webhook secret of the App's settings page into .env or the environment; without it anyone could send webhooks.",
    );
  }
  if (webhookSecret.length < SHORTEST_SECRET) {
    return refused(
      `WEBHOOK_SECRET has fewer than ${SHORTEST_SECRET} characters: set a longer one on the App's settings page and in .env or the environment.`,
    );
  }
  const key = readPrivateKey(environment);
  if (key.kind === "refused") return key;
  const level = LogLevel.safeParse(environment.LOG_LEVEL ?? "info");
  if (!level.success)
    return refused(`LOG_LEVEL is ${environment.LOG_LEVEL}: write one of ${LogLevel.options.join(", ")}.`);
  const { LOG_FORMAT, NODE_ENV } = environment;
  return {
    kind: "settings",
    settings: {
      ...found,
      webhookSecret,
      privateKey: key.pem,
      logLevel: level.data,
      logFormat:
        (LOG_FORMAT ?? (NODE_ENV === "production" ? "json" : "pretty")) === "pretty" ? "pretty" : "json",
      webhookProxy: environment.WEBHOOK_PROXY_URL,
      sweepMinutes: 5,
    },
  };
}

/** As Probot takes it: PEM with real or written-out line ends, or PEM in base64. */
function readPrivateKey({
  PRIVATE_KEY,
  PRIVATE_KEY_PATH,
}: Environment): { kind: "key"; pem: string } | { kind: "refused"; why: string } {
  if (PRIVATE_KEY === null && PRIVATE_KEY_PATH === null) {
    return refused(
      "PRIVATE_KEY is missing: write the App's private key (.pem) into PRIVATE_KEY, or its file's path into PRIVATE_KEY_PATH, in .env or the environment.",
    );
  }
  const variable = PRIVATE_KEY === null ? "PRIVATE_KEY_PATH" : "PRIVATE_KEY";
  try {
    const text = PRIVATE_KEY ?? readFileSync(PRIVATE_KEY_PATH ?? "", "utf8");
    const pem = text.includes("-----BEGIN")
      ? text.replaceAll(String.raw`\n`, "\n")
      : Buffer.from(text, "base64").toString("utf8");
    createPrivateKey(pem);
    return { kind: "key", pem };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refused(
      `${variable} is no private key (${why}): download one from the App's settings page and name it in .env or the environment.`,
    );
  }
}

function refused(why: string): { kind: "refused"; why: string } {
  return { kind: "refused", why };
}
