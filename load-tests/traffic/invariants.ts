import type { Order } from '@scale-up/contract';
import type { Entry, Ledger } from './ledger.ts';

type Rows = <Row>(sql: string) => Promise<Row[]>;

/** What must hold, whatever happened (the API's contract); each query gives the rows that break it. */
const rules: Readonly<Record<string, string>> = {
  'stock is never below 0': 'SELECT slug FROM products WHERE stock < 0',
  'stock is what was there at first and every movement since': `
    SELECT p.slug FROM products p LEFT JOIN stock_movements m ON m.product_id = p.id
    GROUP BY p.id HAVING p.initial_stock + coalesce(sum(m.delta), 0) <> p.stock`,
  'what placed orders hold and what is in stock is what came in': `
    SELECT p.slug FROM products p
    WHERE p.stock + (SELECT coalesce(sum(l.quantity), 0) FROM order_lines l JOIN orders o ON o.id = l.order_id
                     WHERE l.product_id = p.id AND o.status = 'placed')
      <> p.initial_stock + (SELECT coalesce(sum(m.delta), 0) FROM stock_movements m
                            WHERE m.product_id = p.id AND m.order_id IS NULL)`,
  'a user has one order for each key': 'SELECT key FROM orders GROUP BY user_id, key HAVING count(*) > 1',
  'an order’s total is the sum of its lines': `
    SELECT o.id FROM orders o JOIN order_lines l ON l.order_id = o.id
    GROUP BY o.id HAVING sum(l.quantity * l.unit_price) <> o.total`,
  'an article’s favourites are those who favour it': `
    SELECT a.slug FROM articles a
    WHERE a.favorites_count <> (SELECT count(*) FROM favorites f WHERE f.article_id = a.id)`,
  'the kept number of articles, and of each tag’s, is how many there are': `
    SELECT * FROM (SELECT tag_id, sum(total) AS kept FROM article_counts GROUP BY 1) c
    FULL JOIN (SELECT 0 AS tag_id, count(*) AS there FROM articles UNION ALL SELECT tag_id, count(*) FROM article_tags GROUP BY 1) a
      USING (tag_id)
    WHERE coalesce(kept, 0) <> coalesce(there, 0)`,
  'no write is half done': "SELECT encode(id, 'hex') FROM outcomes WHERE answer IS NULL",
};

const known = {
  createOrder: `SELECT o.key AS mark, o.id::text AS id, o.total::integer AS detail FROM orders o`,
  createComment: `SELECT body AS mark, id::text AS id, 0 AS detail FROM comments`,
  createArticle: `SELECT title AS mark, slug AS id, 0 AS detail FROM articles`,
} as const;

type Known = { readonly mark: string; readonly id: string; readonly detail: number };

/** Id and amount that an answer named. */
const named = ({ kind, text }: Entry): { id: string; detail: number } => {
  const answer = JSON.parse(text) as { order: Order; comment: { id: number }; article: { slug: string } };
  if (kind === 'createOrder') return { id: answer.order.id, detail: answer.order.total };
  return { id: kind === 'createComment' ? String(answer.comment.id) : answer.article.slug, detail: 0 };
};

/**
 * Compares the database with the contract's invariants and with what was acknowledged.
 * @param earlier marks of runs before that are not in the ledger
 * @returns a sentence for each thing that is wrong
 */
export const findViolations = async (
  rows: Rows,
  ledger: Ledger,
  earlier: ReadonlySet<string> = new Set(),
): Promise<string[]> => {
  const found: string[] = [];
  for (const [rule, sql] of Object.entries(rules)) {
    const broken = await rows<Record<string, unknown>>(sql);
    if (broken.length > 0) found.push(`not true: ${rule}: ${JSON.stringify(broken.slice(0, 3))}`);
  }
  for (const [kind, sql] of Object.entries(known)) {
    const stored = new Map<string, Known[]>();
    for (const row of await rows<Known>(sql)) stored.set(row.mark, [...(stored.get(row.mark) ?? []), row]);
    const asked = new Set(ledger.entries.filter((entry) => entry.kind === kind).map(({ mark }) => mark));
    for (const [mark, { length }] of stored) {
      if (length > 1 && !earlier.has(mark)) found.push(`${kind} ${mark} was done ${length} times`);
    }
    for (const mark of stored.keys()) {
      // What set the scene has no mark.
      if (isMark(mark) && !asked.has(mark) && !earlier.has(mark)) found.push(`${kind} ${mark} was asked for by nobody`);
    }
    for (const entry of ledger.acknowledged(kind)) {
      if (entry.mark === '') continue;
      const { id, detail } = named(entry);
      const [row] = stored.get(entry.mark) ?? [];
      if (!row) found.push(`${kind} ${entry.mark} was acknowledged and is lost`);
      else if (row.id !== id || row.detail !== detail) found.push(`${kind} ${entry.mark} is another than was answered`);
    }
  }
  return found;
};

/** The marks of everything that is there. */
export const storedMarks = async (rows: Rows): Promise<Set<string>> => {
  const all = await Promise.all(Object.values(known).map((sql) => rows<Known>(sql)));
  return new Set(all.flat().map(({ mark }) => mark));
};

const isMark = (text: string): boolean => /^[0-9a-f]{8}-/.test(text);
