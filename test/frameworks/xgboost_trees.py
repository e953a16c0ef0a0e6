import numpy as np
import xgboost
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType

import landfall

features = np.random.default_rng(2).standard_normal((200, 5)).astype(np.float32)
regressor = xgboost.XGBRegressor(n_estimators=20).fit(features, features[:, 0] * features[:, 1])

model = convert_xgboost(regressor, initial_types=[("features", FloatTensorType([None, 5]))])
compiled = landfall.compile(model)
found = compiled.run({"features": features})

np.testing.assert_allclose(found["variable"][:, 0], regressor.predict(features), atol=1e-5)
