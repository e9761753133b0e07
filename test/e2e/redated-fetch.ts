/** Octokit dates an App's word by the machine's clock. In a story time passes without the machine: there the word is dated and signed anew. */
import { createSign } from "node:crypto";

/** As `fetch`, with every JSON web token moved on by `seconds()` before it goes out. */
export function redatedFetch(
  fetch: (request: Request) => Response | Promise<Response>,
  { privateKey, seconds }: { privateKey: string; seconds: () => number },
): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const [scheme = "", token = ""] = (request.headers.get("authorization") ?? "").split(" ");
    const [head = "", claims = "", signature] = token.split(".");
    // Tokens of installations have dots too; they begin with what they are.
    if (signature === undefined || head.includes("_")) return fetch(request);
    const signed = `${head}.${moved(claims, seconds())}`;
    const own = createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url");
    request.headers.set("authorization", `${scheme} ${signed}.${own}`);
    return fetch(request);
  };
}

function moved(claims: string, seconds: number): string {
  const { iat, exp, ...others } = JSON.parse(Buffer.from(claims, "base64url").toString()) as {
    iat: number;
    exp: number;
  };
  const dated = { ...others, iat: iat + seconds, exp: exp + seconds };
  return Buffer.from(JSON.stringify(dated)).toString("base64url");
}
