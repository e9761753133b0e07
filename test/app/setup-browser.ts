/** A person's browser on the pages of the setup: what it fills in, what it sends on to GitHub, where it is led. */

/** What the second page's form gives to GitHub. */
export function manifestIn(page: string): unknown {
  return JSON.parse(fieldIn(page, /name="manifest" value="([^"]*)"/));
}

/** The second page, or the first one again. `setup`: the address that the terminal shows. */
export function fillIn(setup: string, fields: { address: string; organization?: string }): Promise<Response> {
  const url = new URL(setup);
  url.pathname = "/register";
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  return fetch(url);
}

/** Fills the form in, goes on to GitHub, makes the App there, comes back; the last page. */
export async function press(
  setup: string,
  fields: { address: string; organization?: string },
): Promise<string> {
  const second = await (await fillIn(setup, fields)).text();
  const made = await fetch(fieldIn(second, /<form action="([^"]*)" method="post"/), {
    method: "POST",
    body: new URLSearchParams({ manifest: JSON.stringify(manifestIn(second)) }),
    redirect: "manual",
  });
  const back = made.headers.get("location");
  if (back === null) throw new Error(`GitHub made no App: ${made.status} ${await made.text()}`);
  return (await fetch(back)).text();
}

function fieldIn(page: string, field: RegExp): string {
  const found = field.exec(page)?.[1];
  if (found === undefined) throw new Error(`the page has no ${field.source}:\n${page}`);
  return found
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&");
}
