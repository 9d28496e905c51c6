import { useEffect } from "react";
import { useResolvedTheme } from "./preferences.js";

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

const contrast = (a: string, b: string): number => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
};

function mix(hex: string, into: string, share: number): string {
  const part = (color: string, at: number) => parseInt(color.slice(at, at + 2), 16);
  return `#${[1, 3, 5]
    .map((at) => Math.round(part(hex, at) * (1 - share) + part(into, at) * share))
    .map((value) => value.toString(16).padStart(2, "0"))
    .join("")}`;
}

/** The colour, moved towards black or white until text in it can be read on the ground (4.5:1). */
export function readable(hex: string, ground: string): string {
  const towards = luminance(ground) > 0.4 ? "#000000" : "#ffffff";
  for (let share = 0; share < 1; share += 0.05) {
    const color = mix(hex, towards, share);
    if (contrast(color, ground) >= 4.5) return color;
  }
  return towards;
}

/** Paints the workspace's own colour where the brand's would be. */
export function useBrand(color: string | null | undefined): void {
  const theme = useResolvedTheme();
  useEffect(() => {
    const { style } = document.documentElement;
    const names = ["--brand", "--on-brand", "--brand-soft"];
    for (const name of names) style.removeProperty(name);
    if (!color || !/^#[0-9a-f]{6}$/i.test(color)) return;
    const ground = theme === "dark" ? "#0f1214" : "#ffffff";
    // The soft ground carries text of the brand's colour too.
    const soft = mix(ground, color, theme === "dark" ? 0.22 : 0.1);
    const brand = readable(color, soft);
    style.setProperty("--brand", brand);
    style.setProperty("--on-brand", contrast(brand, "#ffffff") >= contrast(brand, "#06120f") ? "#ffffff" : "#06120f");
    style.setProperty("--brand-soft", soft);
    return () => {
      for (const name of names) style.removeProperty(name);
    };
  }, [color, theme]);
}
