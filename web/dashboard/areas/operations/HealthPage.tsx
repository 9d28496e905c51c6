import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "../../components/ui/Badge.js";
import { channelName } from "../../components/ui/ChannelGlyph.js";
import { Card, Table, Td, Th } from "../../components/ui/layout.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { ErrorState } from "../../components/ui/states.js";
import { formatBytes, formatNumber } from "../../i18n/format.js";
import { useHealth, type Health } from "./queries.js";

const storeNames = { mongodb: "MongoDB", redis: "Redis" } as const;

/** A length of time in its two largest units. */
function useDuration(): (seconds: number) => string {
  const { i18n } = useTranslation();
  return (seconds) => {
    const units = [
      ["day", 86_400],
      ["hour", 3_600],
      ["minute", 60],
      ["second", 1],
    ] as const;
    const at = units.findIndex(([, size]) => seconds >= size);
    if (at === -1) {
      return formatNumber(seconds * 1_000, i18n.language, {
        style: "unit",
        unit: "millisecond",
        unitDisplay: "short",
        maximumFractionDigits: 0,
      });
    }
    const [first, second] = units.slice(at);
    const part = (value: number, unit: string) =>
      formatNumber(value, i18n.language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 });
    if (first![0] === "second") return part(seconds, "second");
    const rest = Math.floor((seconds % first![1]) / second![1]);
    const start = part(Math.floor(seconds / first![1]), first![0]);
    return rest === 0 ? start : `${start} ${part(rest, second![0])}`;
  };
}

function Stores({ stores }: Pick<Health, "stores">) {
  const { t } = useTranslation("operations");
  return (
    <>
      {stores.map((store) => (
        <Card key={store.name}>
          <div className="flex items-center justify-between gap-3">
            <h2 className="font-semibold">{storeNames[store.name]}</h2>
            <Badge tone={store.ok ? "success" : "danger"} dot>
              {store.ok ? t("stores.ok") : t("stores.down")}
            </Badge>
          </div>
          <p className="tabular mt-2 text-text-2">
            {store.ms === null ? t("stores.noAnswer") : t("stores.answers", { ms: store.ms })}
          </p>
          <p className="text-meta text-text-3">{store.version && t("stores.version", { version: store.version })}</p>
        </Card>
      ))}
    </>
  );
}

function Process({ health }: { health: Health }) {
  const { t, i18n } = useTranslation("operations");
  const duration = useDuration();
  const { process, disk } = health;
  const free = disk && disk.total_bytes > 0 ? disk.free_bytes / disk.total_bytes : null;
  return (
    <>
      <Card>
        <div className="flex items-center justify-between gap-3">
          <h2 className="font-semibold">{t("process.title")}</h2>
          <span className="tabular text-text-2">{process.version}</span>
        </div>
        <p className="mt-2 text-text-2">{t("process.up", { time: duration(process.uptime_s) })}</p>
        <p className="text-meta text-text-3">
          Node {process.node} · {process.roles.join(", ")}
        </p>
      </Card>
      <Card>
        <div className="flex items-center justify-between gap-3">
          <h2 className="font-semibold">{t("disk.title")}</h2>
          {free !== null && (
            <Badge tone={free < 0.05 ? "danger" : free < 0.15 ? "warning" : "success"} dot>
              {free < 0.15 ? t("disk.low") : t("stores.ok")}
            </Badge>
          )}
        </div>
        {disk && free !== null ? (
          <>
            <p className="tabular mt-2 text-text-2">
              {t("disk.free", {
                free: formatBytes(disk.free_bytes, i18n.language),
                total: formatBytes(disk.total_bytes, i18n.language),
              })}
            </p>
            <div className="mt-2 h-1.5 overflow-hidden rounded-full bg-surface-2" aria-hidden="true">
              <div className="h-full bg-brand" style={{ width: `${(1 - free) * 100}%` }} />
            </div>
          </>
        ) : (
          <p className="mt-2 text-text-2">{t("disk.unknown")}</p>
        )}
      </Card>
    </>
  );
}

function queueTone(queue: Health["queues"][number]): Tone {
  if (queue.oldest_seconds > 120) return "danger";
  return queue.oldest_seconds > 15 || queue.failed > 0 ? "warning" : "success";
}

function Queues({ queues }: Pick<Health, "queues">) {
  const { t, i18n } = useTranslation("operations");
  const duration = useDuration();
  const number = (value: number) => formatNumber(value, i18n.language);
  return (
    <Card title={t("queues.title")} flush>
      <Table aria-label={t("queues.title")}>
        <thead>
          <tr>
            <Th>{t("queues.name")}</Th>
            <Th>{t("queues.state")}</Th>
            <Th className="text-end">{t("queues.waiting")}</Th>
            <Th className="text-end">{t("queues.active")}</Th>
            <Th className="text-end">{t("queues.delayed")}</Th>
            <Th className="text-end">{t("queues.failed")}</Th>
            <Th className="text-end">{t("queues.oldest")}</Th>
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => {
            const tone = queueTone(queue);
            return (
              <tr key={queue.name}>
                <Td>
                  <div className="font-medium">{t(`queue.${queue.name}`, { defaultValue: queue.name })}</div>
                  <code dir="ltr" className="text-meta text-text-3">
                    {queue.name}
                  </code>
                </Td>
                <Td>
                  <Badge tone={tone} dot>
                    {tone === "success" ? t("queues.ok") : tone === "warning" ? t("queues.look") : t("queues.behind")}
                  </Badge>
                </Td>
                <Td className="tabular text-end">{number(queue.waiting)}</Td>
                <Td className="tabular text-end">{number(queue.active)}</Td>
                <Td className="tabular text-end">{number(queue.delayed)}</Td>
                <Td className="tabular text-end">{number(queue.failed)}</Td>
                <Td className="tabular text-end">{queue.oldest_seconds > 0 ? duration(queue.oldest_seconds) : "–"}</Td>
              </tr>
            );
          })}
        </tbody>
      </Table>
    </Card>
  );
}

function Lag({ lag }: Pick<Health, "lag">) {
  const { t, i18n } = useTranslation("operations");
  const duration = useDuration();
  return (
    <Card title={t("lag.title")} flush>
      {lag.length === 0 ? (
        <p className="p-4 text-text-3">{t("lag.none")}</p>
      ) : (
        <Table aria-label={t("lag.title")}>
          <thead>
            <tr>
              <Th>{t("lag.channel")}</Th>
              <Th>{t("lag.stage")}</Th>
              <Th className="text-end">{t("lag.half")}</Th>
              <Th className="text-end">{t("lag.most")}</Th>
              <Th className="text-end">{t("lag.count")}</Th>
            </tr>
          </thead>
          <tbody>
            {lag.map((one) => (
              <tr key={`${one.channel}/${one.stage}`}>
                <Td>{channelName(one.channel)}</Td>
                <Td className="text-text-2">{t(`lagStage.${one.stage}`)}</Td>
                <Td className="tabular text-end">{duration(one.p50)}</Td>
                <Td className="tabular text-end">{duration(one.p95)}</Td>
                <Td className="tabular text-end">{formatNumber(one.count, i18n.language)}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}

/** How the installation is doing, every few seconds anew. */
export function HealthPage() {
  const { t } = useTranslation("operations");
  const { data, error, refetch } = useHealth();
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {[0, 1, 2, 3].map((one) => (
          <Skeleton key={one} className="h-24 rounded-card" />
        ))}
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        <Stores stores={data.stores} />
        <Process health={data} />
      </div>
      <Queues queues={data.queues} />
      <Lag lag={data.lag} />
      <Card title={t("backup.title")}>
        <p className="max-w-3xl text-text-2">{t("backup.text")}</p>
      </Card>
    </div>
  );
}
