/** A page of a provider as a few lines: where to click in its menu, and what stands beside it. Its words are the provider's own. */
export interface PageSketch {
  menu: readonly string[];
  /** Which entry of the menu is chosen. */
  at: number;
  rows: readonly { label: string; shows: string; button?: string; marked?: true }[];
}

/** A chat as a few lines; what is marked is what to copy. */
export interface ChatSketch {
  chat: readonly { own?: true; text: string; marked?: true }[];
}

export type SketchOf = PageSketch | ChatSketch;

const dots = "••••••••••••";
const appSecret: PageSketch = {
  menu: ["Dashboard", "App settings", "Basic", "Advanced"],
  at: 2,
  rows: [
    { label: "App ID", shows: "1020304050" },
    { label: "App secret", shows: dots, button: "Show", marked: true },
  ],
};

/** Where each credential is found, by kind and field. */
export const sketches: Readonly<Record<string, SketchOf>> = {
  "telegram.token": {
    chat: [
      { own: true, text: "/newbot" },
      { text: "Use this token to access the HTTP API:" },
      { text: "123456:ABC-DEF1234ghIkl", marked: true },
    ],
  },
  "messenger.pageAccessToken": {
    menu: ["Dashboard", "Messenger", "API settings"],
    at: 2,
    rows: [
      { label: "Configure webhooks", shows: "https://…" },
      { label: "Generate access tokens", shows: "Your page", button: "Generate", marked: true },
    ],
  },
  "messenger.appSecret": appSecret,
  "messenger.appId": {
    menu: ["Dashboard", "App settings", "Basic"],
    at: 0,
    rows: [
      { label: "App ID", shows: "1020304050", marked: true },
      { label: "App mode", shows: "Live" },
    ],
  },
  "whatsapp.accessToken": {
    menu: ["Users", "People", "System users"],
    at: 2,
    rows: [
      { label: "Assigned assets", shows: "App, WhatsApp account" },
      { label: "System user", shows: "Inbox", button: "Generate token", marked: true },
    ],
  },
  "whatsapp.phoneNumberId": {
    menu: ["WhatsApp", "API setup", "Configuration"],
    at: 1,
    rows: [
      { label: "From", shows: "+1 555 0100" },
      { label: "Phone number ID", shows: "1069876543210", marked: true },
    ],
  },
  "whatsapp.businessAccountId": {
    menu: ["WhatsApp", "API setup", "Configuration"],
    at: 1,
    rows: [
      { label: "Phone number ID", shows: "1069876543210" },
      { label: "WhatsApp Business Account ID", shows: "1023456789", marked: true },
    ],
  },
  "whatsapp.appSecret": appSecret,
  "whatsapp_web.pairing": {
    menu: ["Settings", "Account", "Linked devices"],
    at: 2,
    rows: [{ label: "Linked devices", shows: "", button: "Link a device", marked: true }],
  },
};
