interface Addressed {
  url: string | null;
  thumbnail_url: string | null;
}

/** Our files under the address that this page was opened at. */
const here = (url: string | null): string | null => {
  if (url === null || !URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
};

/**
 * A file with addresses that this page may load. The API names files by the server's public address; the page may have been
 * opened under another name of the same server (localhost, an address of the local network), and loads nothing from elsewhere.
 */
export const loadable = <File extends Addressed>(file: File): File => ({
  ...file,
  url: here(file.url),
  thumbnail_url: here(file.thumbnail_url),
});
