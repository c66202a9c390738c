package io.tributary.kibana.check;

/** What may be wrong with saved objects. */
public enum FaultKind {
    /** A line is no JSON object. */
    NOT_JSON,
    /** The type of an object is none of those that the dashboards need. */
    UNKNOWN_TYPE,
    /** Two objects of a type, or two panels of a dashboard, have the same id. */
    DUPLICATE_ID,
    /** The version of the format is newer than the oldest Kibana that has to import it. */
    BAD_VERSION,
    /** Something is there that Kibana does not know, or that nothing here has thought about. */
    UNKNOWN_ATTRIBUTE,
    MISSING_ATTRIBUTE,
    /** A text where a number belongs, and the like. */
    WRONG_JSON_TYPE,
    /** JSON where Kibana wants a text of JSON, or a text that is none. */
    NOT_ENCODED,
    /** None of the values that are possible there. */
    WRONG_VALUE,
    /** Ids that have to be the same are not. */
    INCONSISTENT_ID,
    OUTSIDE_GRID,
    OVERLAP,

    MISSING_REFERENCE,
    /** A reference has the right name, but another type. */
    WRONG_REFERENCE,
    /** Nothing uses the reference. */
    UNUSED_REFERENCE,
    /** The target of a reference is not in the bundle. */
    DANGLING_REFERENCE,
    /** No dashboard leads to the object. */
    UNREACHED_OBJECT,

    /** No index is known under the title of a data view. */
    UNKNOWN_INDEX,
    UNKNOWN_FIELD,
    /** The field is there, but Kibana can't do with it what is wanted. */
    UNSUITABLE_FIELD,
    /** The field is in the mapping, but nothing writes it yet. */
    FIELD_WITHOUT_VALUES,
    /** A filter can't be read. */
    BAD_QUERY,
    /** A chart that ignores the dashboard's filters has a filter, which Kibana ignores, too. */
    IGNORED_FILTER,

    UNSUPPORTED_VISUALIZATION,
    UNSUPPORTED_OPERATION,
    /** Type, scale or parameters of a column do not fit its operation. */
    BAD_COLUMN,
    /** The order of columns lacks some, or has metrics before buckets, or the greatest values of each interval of time. */
    BAD_COLUMN_ORDER,
    /** A chart uses a column or layer that is not there, or one of the wrong kind. */
    UNKNOWN_COLUMN,
    /** A chart does not use a column. */
    UNUSED_COLUMN,

    /** A time axis that the time picker does not move. */
    TIME_AXIS_WITHOUT_TIME_FIELD,
    /** The time picker would silently leave out customers. */
    TIME_FIELD_ON_PROFILES,
    /** Values that overlap are drawn as parts of a whole. */
    OVERLAPPING_PARTS,
    /** A control or a drill-down filters by a field that a panel's index does not have, so the panel is empty. */
    EMPTIED_BY_FILTER,
    /** A dashboard needs an index that analysts must not read. */
    PERSONAL_DATA,
    MISSING_DASHBOARD,
    /** A dashboard whose data do not exist yet. */
    UNEXPECTED_DASHBOARD
}
