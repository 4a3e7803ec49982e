import type { AnnotationQuery, Dashboard, DataQuery, FieldConfig, FieldConfigSource, Panel } from '@grafana/schema';
import type { Options as Stat } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type {
  FieldConfig as StateTimelineField,
  Options as StateTimeline,
} from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type {
  FieldConfig as TimeSeriesField,
  Options as TimeSeries,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** A value of Grafana's types as a file has it: enumerations as texts; what is left out has its default. */
type Json<Value> = Value extends string
  ? `${Value}`
  : Value extends number | boolean | null | undefined
    ? Value
    : Value extends readonly (infer Element)[]
      ? Json<Element>[]
      : unknown extends Value
        ? Value
        : { [Key in keyof Value]?: Json<Value[Key]> };

/** Whoever imports a dashboard chooses the Prometheus that the variable stands for. */
type Source = { type: 'prometheus'; uid: '${source}' };

/** What Grafana's data source of Prometheus asks; its types are no part of the package (its manual, "Query editor"). */
type Query = { datasource: Source; expr: string; legendFormat: string; instant?: boolean };

type PanelOf<Type extends string, Options, Custom> = Json<
  Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets' | 'datasource'>
> & {
  type: Type;
  id: number;
  title: string;
  description: string;
  datasource: Source;
  targets: (Query & { refId: string })[];
  options: Json<Options>;
  fieldConfig: {
    defaults: Json<Omit<FieldConfig, 'custom'>> & { custom?: Json<Custom> };
    overrides: Json<FieldConfigSource['overrides']>;
  };
};

/** The panels that there are, with the options of each kind. */
export type OwnPanel =
  | PanelOf<'stat', Stat, Record<string, never>>
  | PanelOf<'state-timeline', StateTimeline, StateTimelineField>
  | PanelOf<'timeseries', TimeSeries, TimeSeriesField>;

type Annotation = Json<Omit<AnnotationQuery, 'target' | 'datasource'>> & {
  datasource: Source;
  target: Json<DataQuery> & { expr: string };
  titleFormat?: string;
};

/** A dashboard of ours, as Grafana's own types describe dashboards (`@grafana/schema`, which Grafana makes of its schema). */
export type OwnDashboard = Json<Omit<Dashboard, 'panels' | 'annotations'>> & {
  uid: string;
  title: string;
  description: string;
  annotations: { list: Annotation[] };
  panels: OwnPanel[];
};
