import { FlaskConical } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { DemoDto } from "../../../../src/wire/simulator.js";
import { call } from "../../api/client.js";
import { queryClient } from "../../api/queryClient.js";
import { useCan, useWorkspace } from "../../api/session.js";
import { Badge } from "../../components/ui/Badge.js";
import { Button } from "../../components/ui/Button.js";
import { ProgressRing } from "../../components/ui/Copy.js";
import { ConfirmDialog } from "../../components/ui/Dialog.js";
import { toast } from "../../components/ui/toast.js";
import { useDemo } from "./data.js";

/** Loads demo data by one button, and removes them by one. */
export function DemoCard() {
  const { t } = useTranslation("home");
  const { id } = useWorkspace();
  const can = useCan();
  const demo = useDemo();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const state = demo.data?.state;
  const before = useRef(state);
  useEffect(() => {
    const moved = before.current !== undefined && state !== undefined && before.current !== state;
    before.current = state;
    if (moved && (state === "ready" || state === "none")) void queryClient.invalidateQueries({ queryKey: ["w", id] });
  }, [state, id]);
  const ask = async (method: "POST" | "DELETE") => {
    const next = await call<DemoDto | undefined>("/demo", { method, workspaceId: id });
    if (next) queryClient.setQueryData(["w", id, "demo"], { ...demo.data, ...next });
    await demo.refetch();
  };
  const load = async () => {
    setBusy(true);
    try {
      await ask("POST");
    } catch (error) {
      toast.failed(error);
    } finally {
      setBusy(false);
    }
  };
  if (!demo.data || !can("simulator") || !can("channels:manage")) return null;
  const { conversations, total, available } = demo.data;
  if (state === "none" && !available) return null;
  const moving = state === "loading" || state === "removing";
  return (
    <section className="flex flex-wrap items-center gap-4 rounded-card border px-4 py-3.5" aria-labelledby="demo">
      {moving ? (
        <ProgressRing value={total > 0 ? conversations / total : 0} label={t("demo.title")} size={32} />
      ) : (
        <FlaskConical className="size-6 shrink-0 text-text-3" strokeWidth={1.5} aria-hidden="true" />
      )}
      <div className="min-w-0 flex-1 basis-60">
        <h2 id="demo" className="flex items-center gap-2 font-semibold">
          {t("demo.title")}
          {state === "ready" && <Badge tone="info">{t("demo.badge")}</Badge>}
        </h2>
        <p role="status" className="text-text-2">
          {state === "none" && t("demo.none")}
          {state === "loading" && t("demo.loading", { done: conversations, total })}
          {state === "ready" && t("demo.ready", { count: conversations })}
          {state === "removing" && t("demo.removing")}
        </p>
      </div>
      {state === "none" && (
        <Button busy={busy} onClick={() => void load()}>
          {t("demo.load")}
        </Button>
      )}
      {state === "ready" && <Button onClick={() => setAsking(true)}>{t("demo.remove")}</Button>}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("demo.removeTitle")}
        description={t("demo.removeText")}
        confirm={t("demo.remove")}
        onConfirm={() => ask("DELETE")}
      />
    </section>
  );
}
