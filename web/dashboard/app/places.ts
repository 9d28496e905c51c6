import { AtSign, Building2, Code, Contact, House, Inbox, Radio, Settings, type LucideIcon } from "lucide-react";

/** A place of the rail. */
export interface Place {
  path: string;
  label: string;
  icon: LucideIcon;
  keys: readonly string[];
  /** Shown to whom may do this; everybody without. */
  needs?: string;
}

export const places: readonly Place[] = [
  { path: "home", label: "common:nav.home", icon: House, keys: ["KeyG KeyH"] },
  { path: "inbox", label: "common:nav.inbox", icon: Inbox, keys: ["KeyG KeyI"], needs: "conversations:read" },
  { path: "contacts", label: "common:nav.contacts", icon: Contact, keys: ["KeyG KeyC"], needs: "contacts:read" },
  { path: "channels", label: "common:nav.channels", icon: Radio, keys: ["KeyG KeyN"], needs: "channels:manage" },
  { path: "developers", label: "common:nav.developers", icon: Code, keys: ["KeyG KeyD"], needs: "webhooks:manage" },
  { path: "operations", label: "common:nav.operations", icon: Building2, keys: ["KeyG KeyO"], needs: "operations" },
  { path: "settings", label: "common:nav.settings", icon: Settings, keys: ["KeyG KeyS"] },
];

/** What the bottom bar of a phone holds besides "More". */
export const phonePlaces: readonly Place[] = [
  places[1]!,
  { path: "inbox/mentions", label: "common:nav.mentions", icon: AtSign, keys: [], needs: "conversations:read" },
  places[3]!,
];
