/** Names are a union, so that a misspelt one fails the type check and not the seed. */
export type Username = 'harbourmaster' | 'ines' | 'maren' | 'oduya' | 'kenji' | 'isla' | 'bram' | 'priya';

/** The front matter of `articles/<slug>.md`; the file's name is the slug its title makes. */
export type ArticleHeader = {
  title: string;
  description: string;
  author: Username;
  /** Separated by `, `. */
  tags: string;
  /** Age at the time of the seed, such as `3d 9h`, so that the journal always looks recently kept. */
  published: `${number}d ${number}h`;
};

export type DemoPerson = {
  username: Username;
  email: string;
  role: 'admin' | 'customer';
  bio: string;
  image: string;
};

export type DemoFollows = Readonly<Partial<Record<Username, readonly Username[]>>>;

export type DemoProduct = {
  title: string;
  /** Markdown. */
  description: string;
  /** Minor units of the currency: cents, pence, whole yen. */
  price: number;
  currency: 'EUR' | 'GBP' | 'JPY';
  stock: number;
  image: string;
  tagList: readonly string[];
};

export type DemoComment = {
  /** File name in `articles/`, without `.md`. */
  article: string;
  author: Username;
  /** Counted from the article's publication; always less than the article's age. */
  hoursAfter: number;
  body: string;
};

/** Article (file name without `.md`) to the people whose favourite it is. */
export type DemoFavorites = Readonly<Record<string, readonly Username[]>>;
