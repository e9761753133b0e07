/** Settings are read once, and what is missing is named. */
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { readSettings } from "../../src/app/settings.ts";

const PEM = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();
const GOOD = { APP_ID: "12", PRIVATE_KEY: PEM, WEBHOOK_SECRET: "0123456789abcdef" };

test("what is needed is enough; the rest has defaults", () => {
  const reading = readSettings(GOOD);

  expect(reading).toEqual({
    kind: "settings",
    settings: {
      appId: 12,
      privateKey: PEM,
      webhookSecret: "0123456789abcdef",
      host: "127.0.0.1",
      port: 3000,
      baseUrl: "https://api.github.com",
      logLevel: "info",
      logFormat: "pretty",
      webhookProxy: null,
      sweepMinutes: 5,
    },
  });
});

test.each([
  ["with written-out line ends", PEM.replaceAll("\n", String.raw`\n`)],
  ["in base64", Buffer.from(PEM).toString("base64")],
])("the private key may stand there %s", (_, PRIVATE_KEY) => {
  const reading = readSettings({ ...GOOD, PRIVATE_KEY });

  expect(reading).toMatchObject({ settings: { privateKey: PEM } });
});

test("an Enterprise Server has its API under its own name", () => {
  const reading = readSettings({ ...GOOD, GHE_HOST: "ghe.example:8443", GHE_PROTOCOL: "http" });

  expect(reading).toMatchObject({ settings: { baseUrl: "http://ghe.example:8443/api/v3" } });
});

test("without an App there is the setup page, but not in production", () => {
  const readings = [readSettings({ APP_ID: " " }), readSettings({ NODE_ENV: "production" })];

  expect(readings.map(({ kind }) => kind)).toEqual(["setup", "refused"]);
});

test("the setup knows the server, the organisation and the channel that are written down already", () => {
  const reading = readSettings({
    GHE_HOST: "ghe.example",
    GH_ORG: "octo",
    WEBHOOK_PROXY_URL: "https://smee.io/a",
  });

  expect(reading).toMatchObject({
    settings: {
      github: "https://ghe.example",
      baseUrl: "https://ghe.example/api/v3",
      organization: "octo",
      webhookProxy: "https://smee.io/a",
    },
  });
});

test.each([
  [{ GHE_HOST: "https://ghe.example" }, "GHE_HOST and GHE_PROTOCOL make no address: "],
  [{ GHE_HOST: "ghe.example/api" }, "GHE_HOST and GHE_PROTOCOL make no address: "],
  [{ GHE_HOST: "ghe.example", GHE_PROTOCOL: "ssh" }, "GHE_HOST and GHE_PROTOCOL make no address: "],
  [{ WEBHOOK_SECRET: undefined }, "WEBHOOK_SECRET is missing: "],
  [{ WEBHOOK_SECRET: "development" }, "WEBHOOK_SECRET has fewer than 16 characters: "],
  [{ PRIVATE_KEY: undefined }, "PRIVATE_KEY is missing: "],
  [{ PRIVATE_KEY: "no key" }, "PRIVATE_KEY is no private key ("],
  [{ PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: "/nowhere/key.pem" }, "PRIVATE_KEY_PATH is no private key ("],
  [{ APP_ID: "gza" }, "APP_ID is no number: "],
  [{ PORT: "http" }, "PORT is http: "],
  [{ LOG_LEVEL: "loud" }, "LOG_LEVEL is loud: "],
])("%j is refused", (change, why) => {
  const reading = readSettings({ ...GOOD, ...change });

  expect(reading).toMatchObject({ kind: "refused", why: expect.stringContaining(why) });
});
