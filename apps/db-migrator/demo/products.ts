import type { DemoProduct } from './types.ts';

export const products: readonly DemoProduct[] = [
  {
    title: 'Three-Strand Manila Rope',
    description:
      'Twenty metres of 12 mm manila, hawser-laid, right-handed, both ends whipped. It smells of barns and holds a splice like nothing made of plastic.\n\n- Breaking load when new: about 1,000 kg\n- Work it to a tenth of that\n- Swells when wet, so leave a little slack overnight\n\nDry it before you coil it away, and look at it in spring.',
    price: 4200,
    currency: 'EUR',
    stock: 64,
    image: '/pictures/shop-three-strand-manila-rope.svg',
    tagList: ['rope'],
  },
  {
    title: 'Spliced Dock Line',
    description:
      'Ten metres of 14 mm navy polyester with a forty-centimetre eye spliced into one end by hand, five full tucks, tapered. The other end is whipped and left to you.\n\nPolyester keeps its strength wet and stands the sun. **Buy two and use them in turn**, the way one does with shoes.',
    price: 5800,
    currency: 'EUR',
    stock: 38,
    image: '/pictures/shop-spliced-dock-line.svg',
    tagList: ['boats', 'rope'],
  },
  {
    title: 'Tarred Marline',
    description:
      'A ball of two-strand hemp twine, tarred with pine. For whippings, seizings, tool handles, bean poles and every job that begins with the words "just until". One hundred metres, more or less; it is wound by weight.\n\nStains light trousers for a day and perfumes a drawer for a year.',
    price: 1250,
    currency: 'EUR',
    stock: 120,
    image: '/pictures/shop-tarred-marline.svg',
    tagList: ['repair', 'rope'],
  },
  {
    title: 'Sailcloth Tote',
    description:
      'Made in the loft from sails that have been condemned, with the old seams left where they fall, so no two are alike. Webbing runs under the bottom from handle to handle: it carries the load and the cloth only has to keep it company.\n\nTested with twenty kilos of coal. Wipe clean; it has been rained on before.',
    price: 7400,
    currency: 'EUR',
    stock: 12,
    image: '/pictures/shop-sailcloth-tote.svg',
    tagList: ['bags', 'canvas'],
  },
  {
    title: 'Canvas Kit Bag',
    description:
      'A drawstring kit bag in 18 oz cotton duck, with a round double bottom and brass eyelets set by hand. Forty litres. It stands up when it is full and folds to nothing when it is not.\n\nThe shoulder strap is sewn through both layers of the bottom seam. That is where every other bag of this kind lets go first.',
    price: 11800,
    currency: 'EUR',
    stock: 7,
    image: '/pictures/shop-canvas-kit-bag.svg',
    tagList: ['bags', 'canvas'],
  },
  {
    title: 'Enamel Mug',
    description:
      'Steel, enamelled fog-white inside and out, with a navy rim. Holds 350 ml, stands on a stove, survives the cockpit floor.\n\nWhere it chips it rusts a little and then stops. We have one from 1961 in the office, and nobody is allowed to wash it.',
    price: 1650,
    currency: 'EUR',
    stock: 240,
    image: '/pictures/shop-enamel-mug.svg',
    tagList: ['galley'],
  },
  {
    title: 'Enamel Coffee Pot',
    description:
      'One and a half litres, with a hinged lid that stays on when you pour and a spout set low enough to leave the grounds behind. The base is wide and flat, for stoves that heel.\n\nNo valve, no seal, no paper. There is nothing in it to replace.',
    price: 4900,
    currency: 'EUR',
    stock: 22,
    image: '/pictures/shop-enamel-coffee-pot.svg',
    tagList: ['galley'],
  },
  {
    title: 'Watch Log Notebook',
    description:
      'Ruled for times, readings and remarks: one narrow column, two middling, one wide. 192 numbered pages, thread-sewn, so that it lies open by itself on a chart table or the floor of a clock tower.\n\nThe paper takes pencil in the rain. There is a page at the back headed _What I could not reach_.',
    price: 1400,
    currency: 'EUR',
    stock: 180,
    image: '/pictures/shop-watch-log-notebook.svg',
    tagList: ['paper'],
  },
  {
    title: 'Carpenter Pencils, Tin of Six',
    description:
      'Flat cedar pencils that do not roll off a deck, in a tin that does not open in a pocket. Three are medium, for wood. Three are hard, for wet concrete, slate and sailcloth.\n\nSharpen with a knife. A chisel edge draws a thinner line than a point and lasts longer.',
    price: 1100,
    currency: 'EUR',
    stock: 95,
    image: '/pictures/shop-carpenter-pencils-tin-of-six.svg',
    tagList: ['paper', 'tools'],
  },
  {
    title: 'Marlinspike',
    description:
      'Forged steel, twenty centimetres, polished to the tip so that it parts strands and does not cut them. The head is flat enough to tap and has an eye for the lanyard, which you will want over water.\n\nOpens shackles and tins as well. We have not seen you do it.',
    price: 3600,
    currency: 'EUR',
    stock: 31,
    image: '/pictures/shop-marlinspike.svg',
    tagList: ['rope', 'tools'],
  },
  {
    title: 'Sailmaker Palm and Needles',
    description:
      'A palm in vegetable-tanned leather with a dimpled iron seat, and five three-sided needles, numbers 14 to 18, in a corked tube with a lump of beeswax.\n\nRight-handed; tell us if you are not and we will send its mirror image. Stiff for a week. Then it is your hand and nobody should borrow it.',
    price: 4400,
    currency: 'EUR',
    stock: 18,
    image: '/pictures/shop-sailmaker-palm-and-needles.svg',
    tagList: ['canvas', 'repair', 'tools'],
  },
  {
    title: 'Inspection Hammer',
    description:
      'Five hundred grams of hardened steel on an ash handle, ball on one side and a short cross peen on the other. Balanced for tapping all day from the wrist, not for driving anything.\n\nComes with three sticks of chalk and the advice of our bridge inspector, which is to **strike on a grid**.',
    price: 3900,
    currency: 'EUR',
    stock: 26,
    image: '/pictures/shop-inspection-hammer.svg',
    tagList: ['bridges', 'tools'],
  },
  {
    title: 'Caulking Mallet',
    description:
      'Live oak head, forty centimetres long, slotted and ringed with iron, on a hickory handle. Turned by one man in one shed, who makes six a year and tunes each until he is content with the note.\n\nThe rings can be driven up as the wood wears. Properly kept it will see out several boats.',
    price: 14500,
    currency: 'EUR',
    stock: 2,
    image: '/pictures/shop-caulking-mallet.svg',
    tagList: ['boats', 'tools'],
  },
  {
    title: 'Two-Sided Whetstone',
    description:
      'A thousand grit on one face, six thousand on the other: one to make the edge, one to finish it. In a beech cradle with a rubber foot and a groove for the water.\n\n1. Soak the coarse side for ten minutes.\n2. Only wet the fine side.\n3. Keep it flat. The stone is a tool and needs sharpening too.',
    price: 5900,
    currency: 'EUR',
    stock: 15,
    image: '/pictures/shop-two-sided-whetstone.svg',
    tagList: ['repair', 'tools'],
  },
  {
    title: 'Oilskin Coat',
    description:
      'Cotton proofed with linseed oil and wax, cut long and wide, to be worn over everything else you own. Storm flap, corduroy at the collar and hooks in place of a zip, since hooks can be closed with numb fingers and mended with pliers.\n\nIt wants a new coat of wax each autumn, and a tin is in the pocket. The first is on us.',
    price: 28900,
    currency: 'EUR',
    stock: 9,
    image: '/pictures/shop-oilskin-coat.svg',
    tagList: ['oilskin'],
  },
  {
    title: 'Oilskin Rain Hat',
    description:
      'The brim is long behind and short in front, so that water runs down your coat and not your neck. Six panels, flannel lining, ear flaps that fold away and a chin tape for anything above force six.\n\nSewn in small batches over the winter. When they are gone, they are gone until the next one.',
    price: 5200,
    currency: 'EUR',
    stock: 0,
    image: '/pictures/shop-oilskin-rain-hat.svg',
    tagList: ['oilskin'],
  },
  {
    title: 'Anchor Lamp',
    description:
      'A paraffin riding light with a round ribbed lens of the kind Fresnel would recognise, all round the horizon, visible for two miles on a clear night. Burns some thirty hours on a filling.\n\nBrass, left unlacquered. Polish it or do not; the light is the same.',
    price: 13200,
    currency: 'EUR',
    stock: 11,
    image: '/pictures/shop-anchor-lamp.svg',
    tagList: ['boats', 'lamps'],
  },
  {
    title: 'Brass Candle Lantern',
    description:
      'Four panes, a hinged door and a chimney that keeps the wind out and lets the heat go. Takes any candle up to five centimetres thick. A ring on top, four feet below, so it hangs or stands.\n\nThe panes slide out for cleaning and are a common size. If you break one, any glazier can cut you another while you wait.',
    price: 7900,
    currency: 'EUR',
    stock: 17,
    image: '/pictures/shop-brass-candle-lantern.svg',
    tagList: ['lamps'],
  },
  {
    title: 'Three-Legged Stool',
    description:
      'Ash seat, oak legs, wedged through and left proud by a hair, since the wood will move. Three legs stand without a wobble on any floor there is: cobbles, decks, barns.\n\nMade by a chairmaker on the Tyne, and priced as he prices it, in pounds. Forty-five centimetres high; bears a large person standing up.',
    price: 16500,
    currency: 'GBP',
    stock: 5,
    image: '/pictures/shop-three-legged-stool.svg',
    tagList: ['workshop'],
  },
  {
    title: 'Pendulum Coins',
    description:
      'Five brass five-yen pieces on a silk cord, each with the hole that makes them so easy to lift off a pendulum tray with tweezers. For regulating a tower clock or a tall long-case clock while it runs.\n\nLay one on, wait a week, read the book. Sent from Nagoya and priced in yen.',
    price: 1800,
    currency: 'JPY',
    stock: 50,
    image: '/pictures/shop-pendulum-coins.svg',
    tagList: ['clocks', 'repair'],
  },
];
