/** RubyGems and Bundler at their mirror, where they are installed: what they install, and that nothing else is asked. */
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { has, mirrorOf, run, temporary } from "./managers.ts";
import { startRegistry } from "./mirror-front.ts";

const SPEC = `Gem::Specification.new { |s| s.name = "sixes"; s.version = "1.0.0"; s.summary = "Six"; s.authors = ["A"]; s.files = ["lib/sixes.rb"] }\n`;

/** The lists that older versions of `gem` read. */
const INDEX = `
  spec = Gem::Package.new("sixes-1.0.0.gem").spec
  one = Marshal.dump([["sixes", spec.version, "ruby"]])
  %w[specs latest_specs].each { |name| File.binwrite("#{name}.4.8.gz", Gem::Util.gzip(one)) }
  File.binwrite("quick.rz", Zlib.deflate(Marshal.dump(spec)))
`;

/** A registry with one gem, in both forms that are read: https://guides.rubygems.org/rubygems-org-compact-index-api. */
async function oneGem(home: string): ReturnType<typeof startRegistry> {
  const source = join(home, "sixes");
  await mkdir(join(source, "lib"), { recursive: true });
  await writeFile(join(source, "sixes.gemspec"), SPEC);
  await writeFile(join(source, "lib/sixes.rb"), "SIX = 6\n");
  await run("gem", ["build", "sixes.gemspec"], { cwd: source });
  await run("ruby", ["-rrubygems/package", "-rzlib", "-e", INDEX], { cwd: source });
  const made = (name: string): Promise<Buffer> => readFile(join(source, name));
  const gem = await readFile(join(source, "sixes-1.0.0.gem"));
  const info = `---\n1.0.0 |checksum:${createHash("sha256").update(gem).digest("hex")}\n`;
  const sum = createHash("md5").update(info).digest("hex");
  return startRegistry({
    "/versions": `created_at: 2024-01-01T00:00:00Z\n---\nsixes 1.0.0 ${sum}\n`,
    "/info/sixes": info,
    "/gems/sixes-1.0.0.gem": gem,
    "/specs.4.8.gz": await made("specs.4.8.gz"),
    "/latest_specs.4.8.gz": await made("latest_specs.4.8.gz"),
    "/quick/Marshal.4.8/sixes-1.0.0.gemspec.rz": await made("quick.rz"),
  });
}

describe.skipIf(!(await has("bundle", ["--version"])))("bundler", () => {
  it("installs a gem, and its lock file knows of no mirror", async () => {
    const home = await temporary();
    const upstream = await oneGem(home);
    const { mirror, env } = await mirrorOf("gem", upstream.base, home);
    const project = join(home, "project");
    await mkdir(project);
    await writeFile(join(project, "Gemfile"), `source "${upstream.base}"\ngem "sixes"\n`);

    const own = { ...env, BUNDLE_PATH: join(home, "gems"), BUNDLE_SILENCE_ROOT_WARNING: "1" };
    await run("bundle", ["install"], { cwd: project, env: own });
    const { stdout } = await run("bundle", ["exec", "ruby", "-e", "require 'sixes'; print SIX"], {
      cwd: project,
      env: own,
    });

    expect(stdout).toBe("6");
    expect(await readFile(join(project, "Gemfile.lock"), "utf8")).toContain(`remote: ${upstream.base}`);
    expect(upstream.asked).toContain("GET /gems/sixes-1.0.0.gem");
    expect(mirror.record.hosts().refused).toEqual([]);
  });
});

describe.skipIf(!(await has("gem", ["--version"])))("gem", () => {
  it("installs a gem, and publishes none", async () => {
    const home = await temporary();
    const upstream = await oneGem(home);
    const { mirror, env } = await mirrorOf("gem", upstream.base, home);
    const own = { ...env, GEM_HOME: join(home, "gems") };

    await run("gem", ["install", "--no-document", "sixes"], { cwd: home, env: own });
    const pushed = run("gem", ["push", join(home, "sixes/sixes-1.0.0.gem"), "--host", mirror.address], {
      cwd: home,
      env: { ...own, GEM_HOST_API_KEY: "foreign" },
    });

    await expect(pushed).rejects.toMatchObject({ stdout: expect.stringMatching(/GZA's gateway/) });
    expect(await readFile(join(home, "gems/gems/sixes-1.0.0/lib/sixes.rb"), "utf8")).toBe("SIX = 6\n");
    expect(upstream.asked.filter((one) => !one.startsWith("GET "))).toEqual([]);
  });
});
