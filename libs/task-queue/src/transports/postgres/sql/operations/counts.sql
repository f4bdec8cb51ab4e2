select ready, delayed, limited, leased, suspects, dead from {schema}.counts($1)
