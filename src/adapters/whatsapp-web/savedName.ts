import { text } from "../shared/read.js";

interface Page {
  evaluate(script: string): Promise<unknown>;
}

/**
 * What the phone's address book calls somebody who is known by any of these addresses; undefined for whoever does not stand in
 * it, and when the page is just going away. The page has it at hand: nobody is asked.
 */
export async function savedName(
  page: Page | null | undefined,
  addresses: readonly (string | undefined)[],
): Promise<string | undefined> {
  const known = JSON.stringify(addresses.filter((address) => address !== undefined));
  const contact = `window.require("WAWebCollections").Contact.get(address)`;
  const name = await page?.evaluate(`${known}.map((address) => ${contact}?.name).find(Boolean)`).catch(() => undefined);
  return text(name);
}
