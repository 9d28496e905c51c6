import { useTranslation } from "react-i18next";
import type { ChatSketch, PageSketch, SketchOf } from "./sketches.js";

const width = 440;
const rowHeight = 52;
const menuWidth = 132;

function Page({ sketch, height }: { sketch: PageSketch; height: number }) {
  return (
    <>
      <line x1={menuWidth} y1={22} x2={menuWidth} y2={height} stroke="currentColor" strokeOpacity={0.3} />
      {sketch.menu.map((entry, index) => (
        <g key={entry}>
          {index === sketch.at && (
            <rect
              x={6}
              y={30 + index * 24}
              width={menuWidth - 12}
              height={20}
              rx={5}
              fill="currentColor"
              opacity={0.14}
            />
          )}
          <text x={14} y={44 + index * 24} fontWeight={index === sketch.at ? 600 : 400}>
            {entry}
          </text>
        </g>
      ))}
      {sketch.rows.map(({ label, shows, button, marked }, index) => {
        const y = 34 + index * rowHeight;
        const left = menuWidth + 16;
        const wide = width - left - 16;
        return (
          <g key={label}>
            {marked && (
              <rect
                x={left - 8}
                y={y - 9}
                width={wide + 16}
                height={rowHeight - 2}
                rx={7}
                fill="none"
                stroke="var(--brand)"
                strokeWidth={2}
              />
            )}
            <text x={left} y={y + 8} fontWeight={marked ? 600 : 400}>
              {label}
            </text>
            {shows !== "" && (
              <text x={left} y={y + 30} fontFamily="ui-monospace, monospace" opacity={0.8}>
                {shows}
              </text>
            )}
            {button !== undefined && (
              <>
                <rect
                  x={width - 128}
                  y={y + 14}
                  width={112}
                  height={22}
                  rx={5}
                  fill="none"
                  stroke="currentColor"
                  strokeOpacity={0.6}
                />
                <text x={width - 72} y={y + 29} textAnchor="middle">
                  {button}
                </text>
              </>
            )}
          </g>
        );
      })}
    </>
  );
}

function Chat({ sketch }: { sketch: ChatSketch }) {
  return sketch.chat.map(({ own, text, marked }, index) => {
    const wide = Math.max(80, text.length * 6.6 + 24);
    const x = own ? width - wide - 14 : 14;
    const y = 32 + index * 34;
    return (
      <g key={text}>
        <rect x={x} y={y} width={wide} height={26} rx={9} fill="currentColor" opacity={own ? 0.16 : 0.08} />
        {marked && (
          <rect x={x} y={y} width={wide} height={26} rx={9} fill="none" stroke="var(--brand)" strokeWidth={2} />
        )}
        <text x={x + 12} y={y + 17} {...(marked ? { fontFamily: "ui-monospace, monospace" } : {})}>
          {text}
        </text>
      </g>
    );
  });
}

/** A few lines that show where something is found at a provider; what has to be copied or pressed is marked. */
export function Sketch({ sketch, what }: { sketch: SketchOf; what: string }) {
  const { t } = useTranslation("channels");
  const page = "menu" in sketch;
  const height = page
    ? Math.max(34 + sketch.rows.length * rowHeight, 38 + sketch.menu.length * 24)
    : 40 + sketch.chat.length * 34;
  const label = page
    ? t("sketch.page", { path: sketch.menu.slice(0, sketch.at + 1).join(" › "), mark: markOf(sketch), what })
    : t("sketch.chat", { first: sketch.chat[0]!.text, what });
  return (
    <svg
      role="img"
      aria-label={label}
      direction="ltr"
      viewBox={`0 0 ${width} ${height}`}
      className="w-full max-w-md rounded-card border bg-surface-1 text-text-2"
      fontSize={11}
      fill="currentColor"
    >
      {[12, 22, 32].map((x) => (
        <circle key={x} cx={x} cy={11} r={3} opacity={0.35} />
      ))}
      <line x1={0} y1={22} x2={width} y2={22} stroke="currentColor" strokeOpacity={0.3} />
      {page ? <Page sketch={sketch} height={height} /> : <Chat sketch={sketch} />}
    </svg>
  );
}

function markOf({ rows }: PageSketch): string {
  const marked = rows.find((row) => row.marked);
  return [marked?.label, marked?.button].filter(Boolean).join(" › ");
}
