/** Two ways of doing the same, measured in turns, so that what disturbs one disturbs the other. */
export interface Contest {
  name: string;
  /** What the ratio should at least be. */
  aim: number;
  /** Both do the same amount of work and return how many operations that was. */
  floor: () => Promise<number>;
  ours: () => Promise<number>;
  rounds?: number;
}

export const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function rate(work: () => Promise<number>): Promise<number> {
  const started = process.hrtime.bigint();
  const operations = await work();
  return operations / (Number(process.hrtime.bigint() - started) / 1e9);
}

/** Prints and returns the median ratio of ours to the floor; one round before the count warms both up. */
export async function contest({ name, aim, floor, ours, rounds = 5 }: Contest): Promise<number> {
  const ratios: number[] = [];
  const floors: number[] = [];
  const own: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const bare = await rate(floor);
    const mine = await rate(ours);
    if (round < 0) continue;
    floors.push(bare);
    own.push(mine);
    ratios.push(mine / bare);
  }
  const ratio = median(ratios);
  const spread = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
  const rates = `floor ${Math.round(median(floors))}/s, ours ${Math.round(median(own))}/s`;
  console.log(
    `${name}: ratio ${ratio.toFixed(2)} (${spread}), aim ≥ ${aim}; ${rates}${ratio >= aim ? "" : "  BELOW THE AIM"}`,
  );
  return ratio;
}
