/** Makes a title fit for an address: lower case, words joined by dashes. */
export function slugify(title) {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}
