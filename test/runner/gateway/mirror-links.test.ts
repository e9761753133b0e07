/** Which addresses in a registry's answers are turned to the mirror, and how they are found again. */
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crateAddress } from "../../../src/runner/gateway/mirror-cargo.ts";
import { openLinkBook, rewriteLinks } from "../../../src/runner/gateway/mirror-links.ts";
import { linksOf } from "../../../src/runner/gateway/mirror-rules.ts";
import { registry, startMirror, startRegistry } from "./mirror-front.ts";

const pypi = registry("pypi", "https://pypi.example.com/root/simple");
const page = new URL("https://pypi.example.com/root/simple/six/");

describe("a link", () => {
  it.each([
    ["https://files.example.com/a/six-1.0.whl", "https://files.example.com/a/six-1.0.whl"],
    ["../../files/six-1.0.whl", "https://pypi.example.com/root/files/six-1.0.whl"],
    ["/files/six-1.0.whl", "https://pypi.example.com/files/six-1.0.whl"],
    ["//files.example.com/six-1.0.whl?sign=%2Fx+y", "https://files.example.com/six-1.0.whl?sign=%2Fx+y"],
  ])("to %s is found again", (link, url) => {
    const book = openLinkBook();

    const mirrored = book.toMirror(pypi, `${link}#sha256=abc`, page) ?? "";

    expect(mirrored).toMatch(/^\/registry\/pypi-files\/[\w-]+\/[\w-]+\/six-1\.0\.whl#sha256=abc$/);
    const rest = mirrored.replace("/registry/pypi-files/", "").replace(/#.*/, "");
    expect(book.toFile(pypi, rest)?.href).toBe(url);
    const metadata = new URL(url);
    metadata.pathname += ".metadata";
    expect(book.toFile(pypi, `${rest}.metadata`)?.href).toBe(metadata.href);
  });

  it("to another page of the registry is one of the mirror", () => {
    expect(openLinkBook().toMirror(pypi, "../seven/", page)).toBe("/registry/pypi/seven/");
  });

  it.each([
    "http://files.example.com/six-1.0.whl",
    "https://api.anthropic.com/six-1.0.whl",
    "https://github.com/own/six/archive/1.0.zip",
    "https://user:secret@files.example.com/six-1.0.whl",
    "file:///etc/passwd",
    "mailto:a@example.com",
    `https://files.example.com/${"s".repeat(2048)}`,
  ])("to %s stays as it is", (link) => {
    expect(openLinkBook().toMirror(pypi, link, page)).toBeNull();
  });

  it("of another registry, of another gateway or changed is none", () => {
    const book = openLinkBook();
    const mirrored = book.toMirror(pypi, "https://files.example.com/six-1.0.whl", page) ?? "";
    const rest = mirrored.replace("/registry/pypi-files/", "");
    const [code = "", place = "", name = ""] = rest.split("/");
    const other = Buffer.from("https://files.example.com/six-1.0.whl?data").toString("base64url");

    expect(book.toFile(pypi, rest)).not.toBeNull();
    expect(book.toFile({ ...pypi, mount: "pypi-2" }, rest)).toBeNull();
    expect(openLinkBook().toFile(pypi, rest)).toBeNull();
    expect(book.toFile(pypi, `${code}/${other}/${name}`)).toBeNull();
    expect(book.toFile(pypi, `${code.slice(1)}/${place}/${name}`)).toBeNull();
    expect(book.toFile(pypi, `${code}/${place}/${name}/more`)).toBeNull();
  });

  it("is found wherever an answer is cut into pieces, and all else comes through byte by byte", async () => {
    const links = linksOf("npm", "six", "application/json");
    if (links === null) throw new Error("npm's answers have links");
    const whole = Buffer.from(
      `{"readme":"é\\"tarball\\": 漢","versions":{"1":{"dist":{"tarball":"https://a.example.com/1.tgz","integrity":"sha512-abc"}},"2":{"dist":{"tarball" : "https:\\/\\/a.example.com\\/2.tgz"}}}}`.repeat(
        40,
      ),
    );
    const rewrite = (link: string): string => link.replace("https://a.example.com/", "http://mirror/");
    const expected = whole
      .toString("utf8")
      .replaceAll("https://a.example.com/1.tgz", "http://mirror/1.tgz")
      .replaceAll(String.raw`https:\/\/a.example.com\/2.tgz`, "http://mirror/2.tgz");

    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 30 }), async (sizes) => {
        const pieces: Buffer[] = [];
        let at = 0;
        for (const size of [...sizes, whole.length]) {
          if (at < whole.length) pieces.push(whole.subarray(at, at + size));
          at += size;
        }
        expect(await text(Readable.from(pieces).pipe(rewriteLinks(links, rewrite)))).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a mirror's answer", () => {
  it("names the mirror for every file, and says the same sums", async () => {
    const upstream = await startRegistry({
      "/six": (_, response) => {
        const dist = {
          tarball: "https://files.example.com/six-1.0.0.tgz",
          integrity: "sha512-abc",
          shasum: "def",
        };
        response.end(JSON.stringify({ versions: { "1.0.0": { dist } } }));
      },
    });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    const { body } = await mirror.ask("/registry/npm/six");

    const { dist } = (JSON.parse(body) as { versions: { "1.0.0": { dist: Record<string, string> } } })
      .versions["1.0.0"];
    expect(dist["tarball"]?.startsWith(`${mirror.address}/registry/npm-files/`)).toBe(true);
    expect(dist).toMatchObject({ integrity: "sha512-abc", shasum: "def" });
  });

  it("tells npm the true address of what lies in its registry, and every other client the mirror's", async () => {
    const upstream = await startRegistry({
      "/six": (request, response) => {
        response.end(
          JSON.stringify({ dist: { tarball: `http://${request.headers.host}/six/-/six-1.0.0.tgz` } }),
        );
      },
    });
    const mirror = await startMirror([registry("npm", upstream.base)]);
    const tarballFor = async (client: string): Promise<string> =>
      (await mirror.ask("/registry/npm/six", { headers: { "user-agent": client } })).body;

    expect(await tarballFor("npm/11.0.0 node/v24.0.0 linux x64")).toContain(
      `"${upstream.base}/six/-/six-1.0.0.tgz"`,
    );
    expect(await tarballFor("pnpm/10.0.0 npm/? node/v24.0.0")).toContain(
      `"${mirror.address}/registry/npm/six/-/six-1.0.0.tgz"`,
    );
  });
});

describe("a crate", () => {
  const sum = "0".repeat(64);

  it.each([
    ["https://static.example.com/crates", "https://static.example.com/crates/Sixes/1.0.0/download"],
    [
      "https://example.com/{lowerprefix}/{crate}-{version}.crate",
      "https://example.com/si/xe/Sixes-1.0.0.crate",
    ],
    ["https://example.com/{prefix}/{sha256-checksum}", `https://example.com/Si/xe/${sum}`],
  ])("of a registry that says %s lies at %s", (template, address) => {
    expect(crateAddress(template, `crates/Sixes/1.0.0/${sum}`)?.href).toBe(address);
  });

  it.each([
    ["a", "1"],
    ["ab", "2"],
    ["abc", "3/a"],
  ])("called %s lies in the folder %s", (crate, folder) => {
    expect(crateAddress("https://example.com/{prefix}/x", `crates/${crate}/1.0.0/${sum}`)?.pathname).toBe(
      `/${folder}/x`,
    );
  });

  it.each(["crates/six/1.0.0", `crates/six/../${sum}`, `crates/s x/1.0.0/${sum}`, "config.json"])(
    "does not lie at %s",
    (path) => {
      expect(crateAddress("https://example.com", path)).toBeNull();
    },
  );
});
