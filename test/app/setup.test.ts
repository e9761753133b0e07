/** The setup: where webhooks may go, what GitHub is told, and whose keys are written down. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { webhookOf } from "../../src/app/register-app.ts";
import { readSettings } from "../../src/app/settings.ts";
import { startSetup } from "../../src/app/setup.ts";
import { startPlayground } from "../../src/playground/playground.ts";
import { fillIn, manifestIn, press } from "./setup-browser.ts";

const APP_FILE = join(import.meta.dirname, "../../app.yml");
const PUBLIC = { github: "https://github.com", webhookProxy: null };
const OWN = { github: "http://127.0.0.1:1", webhookProxy: "https://channel.example/x" };

describe("webhooks go", () => {
  test.each([
    ["https://gza.example.com", "https://gza.example.com/api/github/webhooks"],
    ["https://gza.example.com/", "https://gza.example.com/api/github/webhooks"],
    ["https://example.com/gza/", "https://example.com/gza/api/github/webhooks"],
    ["https://gza.example.com/api/github/webhooks", "https://gza.example.com/api/github/webhooks"],
  ])("for %s to %s", (address, url) => {
    expect(webhookOf(address, PUBLIC)).toEqual({ kind: "webhook", url, proxy: null });
  });

  test("to a channel as it is, and the app listens there", () => {
    const [smee, own] = [
      webhookOf("https://smee.io/Ab3", PUBLIC),
      webhookOf("https://channel.example/x", OWN),
    ];

    expect(smee).toEqual({ kind: "webhook", url: "https://smee.io/Ab3", proxy: "https://smee.io/Ab3" });
    expect(own).toMatchObject({ proxy: "https://channel.example/x" });
  });

  test.each([
    ["gza.example.com", PUBLIC, "Write a whole address"],
    ["ftp://gza.example.com", PUBLIC, "Write a whole address"],
    ["https://smee.io/new", PUBLIC, "Write the address of the channel"],
    ["http://localhost:3000", PUBLIC, "github.com cannot reach localhost"],
    ["http://127.0.0.1:3000", PUBLIC, "github.com cannot reach 127.0.0.1"],
  ])("not to %s", (address, settings, why) => {
    expect(webhookOf(address, settings)).toEqual({ kind: "refused", why: expect.stringContaining(why) });
  });

  test("to this machine where GitHub is on it too", () => {
    expect(webhookOf("http://127.0.0.1:3000", OWN)).toMatchObject({ kind: "webhook" });
  });
});

describe("the pages", () => {
  test("a wrong address is said on the page, with what was written", async () => {
    const { setup } = await begun();

    const response = await fillIn(setup.url, { address: '">here', organization: "octo" });
    const page = await response.text();

    expect(response.status).toBe(400);
    expect(page).toContain("Write a whole address");
    expect(page).toContain('value="&quot;&gt;here"');
    expect(page).toContain('value="octo"');
  });

  test("GitHub is told what app.yml says, where webhooks go, and where to come back to", async () => {
    const { setup } = await begun();

    const page = await (
      await fillIn(setup.url, { address: "http://127.0.0.1:9", organization: "a/b" })
    ).text();

    expect(page).toContain("/organizations/a%2Fb/settings/apps/new?state=");
    expect(manifestIn(page)).toMatchObject({
      name: "GZA",
      public: false,
      url: "http://127.0.0.1:9",
      hook_attributes: { url: "http://127.0.0.1:9/api/github/webhooks", active: true },
      redirect_url: new URL("/made", setup.url).href,
      default_permissions: { contents: "write" },
      default_events: expect.arrayContaining(["issues"]),
    });
  });

  test("the keys are written after what stands in .env, for nobody else to read, and make the app's settings", async () => {
    const { setup, playground, dotEnv } = await begun();
    await writeFile(dotEnv, "PORT=4000");

    const last = await press(setup.url, { address: "https://smee.io/Ab3" });
    const install = await setup.made;
    const written = parseEnv(await readFile(dotEnv, "utf8"));
    const again = await fetch(setup.url).catch(() => "closed");

    const [app] = [...playground.world.apps.values()];
    expect(last).toContain(`href="${install}"`);
    expect(install).toMatch(/\/apps\/gza\/installations\/new$/);
    expect((await stat(dotEnv)).mode & 0o777).toBe(0o600);
    expect(app).toMatchObject({ slug: "gza", webhookUrl: "https://smee.io/Ab3" });
    expect(readSettings(written)).toMatchObject({
      settings: {
        port: 4000,
        appId: app?.id,
        webhookSecret: app?.webhookSecret,
        baseUrl: `${playground.url}/api/v3`,
        webhookProxy: "https://smee.io/Ab3",
      },
    });
    expect(again).toBe("closed");
  });

  test("nobody begins without the key of the terminal", async () => {
    const { setup } = await begun();

    const answers = await Promise.all(
      ["/", "/register?address=http://127.0.0.1:9", "/?key=0"].map((path) => fetch(new URL(path, setup.url))),
    );

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(await answers[1]?.text()).not.toContain("state=");
  });

  test("keys of an App that was not begun here are not fetched, nor those of a wrong code written", async () => {
    const { setup, playground, dotEnv } = await begun();
    const page = await (await fillIn(setup.url, { address: "http://127.0.0.1:9" })).text();
    const state = /state=(\w+)/.exec(page)?.[1] ?? "";

    const foreign = await fetch(new URL(`/made?code=abc&state=0000`, setup.url));
    const asked = playground.requests().length;
    const wrong = await fetch(new URL(`/made?code=abc&state=${state}`, setup.url));
    const twice = await fetch(new URL(`/made?code=abc&state=${state}`, setup.url));

    expect([foreign.status, asked, wrong.status, twice.status]).toEqual([400, 0, 502, 400]);
    expect(await wrong.text()).toContain("it answered 404");
    await expect(stat(dotEnv)).rejects.toThrow("ENOENT");
  });
});

/** A setup for a playground, on a free port. */
async function begun() {
  const playground = await startPlayground();
  playground.createPerson({ login: "ada" });
  const folder = await mkdtemp(join(tmpdir(), "gza-setup-"));
  const dotEnv = join(folder, ".env");
  const reading = readSettings({ GHE_HOST: new URL(playground.url).host, GHE_PROTOCOL: "http", PORT: "0" });
  if (reading.kind !== "setup") throw new Error(`the settings are for ${reading.kind}`);
  const setup = await startSetup({ settings: reading.settings, appFile: APP_FILE, dotEnv });
  onTestFinished(async () => {
    await setup.stop();
    await playground.stop();
    await rm(folder, { recursive: true });
  });
  return { setup, playground, dotEnv };
}
