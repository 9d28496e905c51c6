import { useEffect, useRef } from "react";
import type { z } from "zod";
import type { preferencesDto } from "../../../src/wire/identity.js";
import { call } from "../api/client.js";
import { queryClient } from "../api/queryClient.js";
import { meQuery, useMe, type Me } from "../api/session.js";
import { toast } from "../components/ui/toast.js";
import { setLanguage, type Language } from "../i18n/index.js";
import { preferences } from "./preferences.js";

/** What a person chose, kept on the server for all their devices. */
export type MyPreferences = z.infer<typeof preferencesDto>;

/** A change of them; what it does not name stays. */
export type MyPreferencesChange = { [Name in keyof MyPreferences]?: MyPreferences[Name] | undefined };

const keysApart = /\s*,\s*/;

/** Keys of an action as the device holds them; none for an action without. */
export const readKeys = (kept: string): readonly string[] => (kept === "" ? [] : kept.split(keysApart));

/** Keys of an action as the server holds them. */
export const writeKeys = (keys: readonly string[]): string => keys.join(",");

/** The part of them that the device holds too, because it is needed before anybody is known. */
function ofDevice(mine: MyPreferences) {
  return {
    theme: mine.theme,
    density: mine.density,
    singleKeys: mine.single_keys,
    keys: Object.fromEntries(Object.entries(mine.keys).map(([action, keys]) => [action, readKeys(keys)])),
  };
}

// Tabs say to each other what is kept: the one that sounds may be another than the one where somebody chose.
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("switchboard.preferences") : undefined;
const tellTabs = (kept: MyPreferences) => tabs?.postMessage(JSON.stringify(kept));
let underWay = 0;
tabs?.addEventListener("message", ({ data: kept }) => {
  const me = queryClient.getQueryData<Me>(meQuery.queryKey);
  // What is being saved here is told by the answer.
  if (!me || underWay > 0 || JSON.stringify(me.preferences) === kept) return;
  void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
});

let asked = 0;
let sending: Promise<unknown> = Promise.resolve();

/** Changes them: at once here, then on the server, in the order they were made. What could not be kept is taken back. */
export async function saveMyPreferences(change: MyPreferencesChange): Promise<void> {
  const before = queryClient.getQueryData<Me>(meQuery.queryKey);
  if (!before) return;
  const next = { ...before.preferences, ...change } as MyPreferences;
  queryClient.setQueryData<Me>(meQuery.queryKey, { ...before, preferences: next });
  // What was asked before the change must not overwrite it.
  void queryClient.cancelQueries({ queryKey: meQuery.queryKey });
  const mine = ++asked;
  const sent = sending.then(() => call<MyPreferences>("/me/preferences", { method: "PUT", body: next }));
  sending = sent.catch(() => undefined);
  underWay += 1;
  try {
    tellTabs(await sent);
  } catch (error) {
    const now = queryClient.getQueryData<Me>(meQuery.queryKey);
    // A later change carries this one too, and may yet succeed.
    if (now && mine === asked)
      queryClient.setQueryData<Me>(meQuery.queryKey, { ...now, preferences: before.preferences });
    toast.failed(error);
  } finally {
    underWay -= 1;
  }
}

/** What I chose, and how to change it. */
export const useMyPreferences = (): MyPreferences => useMe().preferences;

/** Changes the language here and in the account. */
export async function saveMyLanguage(language: Language): Promise<void> {
  await setLanguage(language);
  const me = queryClient.getQueryData<Me>(meQuery.queryKey);
  if (!me) return;
  queryClient.setQueryData<Me>(meQuery.queryKey, { ...me, language });
  await call("/me", { method: "PATCH", body: { language } });
}

/** Keeps this device and the account alike: the account is right at first, later whoever was changed last. */
export function usePreferencesOfAccount(): void {
  const { preferences: mine, language } = useMe();
  const device = JSON.stringify(ofDevice(mine));
  const first = useRef(mine);
  // A tab that was opened just now knows what older ones may not.
  useEffect(() => tellTabs(first.current), []);
  useEffect(() => {
    const wanted = JSON.parse(device) as ReturnType<typeof ofDevice>;
    const { theme, density, singleKeys, keys } = preferences.get();
    if (JSON.stringify({ theme, density, singleKeys, keys }) !== device) preferences.set(wanted);
    return preferences.subscribe(() => {
      const now = preferences.get();
      const known = JSON.stringify({
        theme: now.theme,
        density: now.density,
        singleKeys: now.singleKeys,
        keys: now.keys,
      });
      if (known === device) return;
      void saveMyPreferences({
        theme: now.theme,
        density: now.density,
        single_keys: now.singleKeys,
        keys: Object.fromEntries(Object.entries(now.keys).map(([action, keys]) => [action, writeKeys(keys)])),
      });
    });
  }, [device]);
  useEffect(() => {
    void setLanguage(language).catch(toast.failed);
  }, [language]);
}
