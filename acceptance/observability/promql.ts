import { parser } from '@prometheus-io/lezer-promql';

export interface Usage {
  /** Metric and its labels in matchers, and in groupings around it. */
  readonly metric: string;
  readonly labels: readonly string[];
}

/** The positions of syntax errors, by the grammar of Prometheus. */
export function promqlErrors(expr: string): number[] {
  const at: number[] = [];
  parser.parse(expr).iterate({
    enter: ({ type, from }) => {
      if (type.isError) at.push(from);
    },
  });
  return at;
}

/** The metrics of an expression, with the labels that it expects them to have. */
export function usagesOf(expr: string): Usage[] {
  const text = (node: { from: number; to: number }) => expr.slice(node.from, node.to);
  const found: Usage[] = [];
  parser.parse(expr).iterate({
    enter(node) {
      if (node.name !== 'VectorSelector') return;
      const selector = node.node;
      const metric = selector.getChild('Identifier');
      const labels = selector.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
      const names = labels.map((matcher) => matcher.getChild('LabelName')).map((name) => (name ? text(name) : ''));
      // The closest aggregation around it groups by labels of this metric.
      let parent = selector.parent;
      while (parent && parent.name !== 'AggregateExpr' && parent.name !== 'BinaryExpr') parent = parent.parent;
      const modifier = parent?.name === 'AggregateExpr' ? parent.getChild('AggregateModifier') : null;
      const grouping = modifier?.getChild('GroupingLabels')?.getChildren('LabelName') ?? [];
      found.push({ metric: metric ? text(metric) : '', labels: [...names, ...grouping.map(text)] });
    },
  });
  return found;
}
