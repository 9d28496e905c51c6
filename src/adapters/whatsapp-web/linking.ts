import type { Client } from "whatsapp-web.js";
import { contextGone } from "./failures.js";

type Page = NonNullable<Client["pupPage"]>;

/** Pages that can tell of their link already: what is lent to a page stays with it, whatever it loads. */
const lent = new WeakSet<Page>();

/**
 * Tells what becomes of the link before the session is ready, which the library keeps for itself: a phone that scanned the
 * code is seen at once and not only when everything is synced. A page nobody linked for some minutes shows its code no more
 * until it is asked to.
 */
export async function watchLink(client: Client, heard: (state: string) => void): Promise<void> {
  const page = client.pupPage;
  if (!page) return;
  if (!lent.has(page)) {
    await page.exposeFunction("onLinkStateChanged", heard);
    lent.add(page);
  }
  await page.evaluate(`{
    const { Socket } = window.require("WAWebSocketModel");
    const tell = (state) => {
      window.onLinkStateChanged(state);
      if (state === "UNPAIRED_IDLE") window.require("WAWebLaunchSocketUtils").refreshQR();
    };
    Socket.on("change:state", (_socket, state) => tell(state));
    tell(Socket.state);
  }`);
}

interface Asks {
  requestPairingCode(...how: unknown[]): Promise<string>;
}

/** The library asks for a pairing code and does not look whether it gets one; then nobody would ever be shown any. */
export function askForCode(client: unknown, refused: () => void): void {
  const asks = client as Asks;
  const once = asks.requestPairingCode.bind(client);
  asks.requestPairingCode = (...how) =>
    once(...how).catch((error: unknown) => {
      // A page that loads itself anew is asked anew.
      if (!contextGone(error)) refused();
      return "";
    });
}
